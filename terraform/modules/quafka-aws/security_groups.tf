# Who may talk to whom: clients to the load balancer, that to gateways, gateways to storage nodes, all to controllers. Without
# node_tls processes of Quafka do not ask each other who they are, so that this is all that protects them.

resource "aws_security_group" "balancer" {
  name        = "${var.name}-balancer"
  description = "Quafka's load balancer: from clients"
  vpc_id      = local.vpc_id
}

resource "aws_security_group" "gateway" {
  name        = "${var.name}-gateway"
  description = "Quafka's gateways: from the load balancer"
  vpc_id      = local.vpc_id
}

resource "aws_security_group" "storage" {
  name        = "${var.name}-storage"
  description = "Quafka's storage nodes: from gateways and each other"
  vpc_id      = local.vpc_id
}

resource "aws_security_group" "controller" {
  name        = "${var.name}-controller"
  description = "Quafka's controllers: from all of Quafka"
  vpc_id      = local.vpc_id
}

locals {
  groups = {
    gateway    = aws_security_group.gateway.id
    storage    = aws_security_group.storage.id
    controller = aws_security_group.controller.id
  }
  # Who talks (FROM) to whom.
  talks = {
    storage    = ["gateway", "storage"]
    controller = ["gateway", "storage", "controller"]
  }
  pairs = merge([for to, froms in local.talks : { for from in froms : "${from}-to-${to}" => { from = from, to = to } }]...)
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = toset(var.client_cidrs)

  security_group_id = aws_security_group.balancer.id
  description       = "Kafka clients"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = local.client_port
  to_port           = local.client_port
}

resource "aws_vpc_security_group_egress_rule" "balancer" {
  security_group_id            = aws_security_group.balancer.id
  description                  = "Records and health checks"
  referenced_security_group_id = aws_security_group.gateway.id
  ip_protocol                  = "tcp"
  from_port                    = local.ports.gateway
  to_port                      = local.ports.gateway
}

resource "aws_vpc_security_group_ingress_rule" "balancer" {
  security_group_id            = aws_security_group.gateway.id
  description                  = "Records and health checks"
  referenced_security_group_id = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.ports.gateway
  to_port                      = local.ports.gateway
}

resource "aws_vpc_security_group_ingress_rule" "inside" {
  for_each = local.pairs

  security_group_id            = local.groups[each.value.to]
  description                  = "From ${each.value.from}"
  referenced_security_group_id = local.groups[each.value.from]
  ip_protocol                  = "tcp"
  from_port                    = local.ports[each.value.to]
  to_port                      = local.ports[each.value.to]
}

resource "aws_vpc_security_group_egress_rule" "inside" {
  for_each = local.pairs

  security_group_id            = local.groups[each.value.from]
  description                  = "To ${each.value.to}"
  referenced_security_group_id = local.groups[each.value.to]
  ip_protocol                  = "tcp"
  from_port                    = local.ports[each.value.to]
  to_port                      = local.ports[each.value.to]
}

# S3, CloudWatch and packages speak HTTPS. Names and time come from the network itself, which security groups do not filter.
resource "aws_vpc_security_group_egress_rule" "aws" {
  for_each = local.groups

  security_group_id = each.value
  description       = "AWS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
