# The network: the one that was given, or one of our own with three zones, of which the machines' subnets are private.

data "aws_region" "current" {}

data "aws_availability_zones" "available" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  own_network = var.network == null
  zones       = local.own_network ? slice(data.aws_availability_zones.available.names, 0, 3) : []
  vpc_id      = local.own_network ? aws_vpc.own[0].id : var.network.vpc_id
  subnet_ids  = local.own_network ? aws_subnet.private[*].id : var.network.subnet_ids
  region      = data.aws_region.current.region
}

resource "aws_vpc" "own" {
  count = local.own_network ? 1 : 0

  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

resource "aws_subnet" "private" {
  count = local.own_network ? 3 : 0

  vpc_id            = aws_vpc.own[0].id
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(var.vpc_cidr, 4, count.index)
  tags              = { Name = "${var.name}-private-${count.index + 1}" }
}

# For the way out: metrics, logs and packages. Records and objects never take it.
resource "aws_subnet" "public" {
  count = local.own_network ? 1 : 0

  vpc_id            = aws_vpc.own[0].id
  availability_zone = local.zones[0]
  cidr_block        = cidrsubnet(var.vpc_cidr, 4, 3)
  tags              = { Name = "${var.name}-public" }
}

resource "aws_internet_gateway" "own" {
  count = local.own_network ? 1 : 0

  vpc_id = aws_vpc.own[0].id
  tags   = { Name = var.name }
}

resource "aws_eip" "nat" {
  count = local.own_network ? 1 : 0

  domain     = "vpc"
  tags       = { Name = "${var.name}-nat" }
  depends_on = [aws_internet_gateway.own]
}

resource "aws_nat_gateway" "own" {
  count = local.own_network ? 1 : 0

  allocation_id = aws_eip.nat[0].id
  subnet_id     = aws_subnet.public[0].id
  tags          = { Name = var.name }
}

resource "aws_route_table" "public" {
  count = local.own_network ? 1 : 0

  vpc_id = aws_vpc.own[0].id
  tags   = { Name = "${var.name}-public" }

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.own[0].id
  }
}

resource "aws_route_table" "private" {
  count = local.own_network ? 1 : 0

  vpc_id = aws_vpc.own[0].id
  tags   = { Name = "${var.name}-private" }

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.own[0].id
  }
}

resource "aws_route_table_association" "public" {
  count = local.own_network ? 1 : 0

  subnet_id      = aws_subnet.public[0].id
  route_table_id = aws_route_table.public[0].id
}

resource "aws_route_table_association" "private" {
  count = local.own_network ? 3 : 0

  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[0].id
}

# Objects come and go without the NAT gateway, which bills by the byte.
resource "aws_vpc_endpoint" "s3" {
  count = local.own_network ? 1 : 0

  vpc_id            = aws_vpc.own[0].id
  service_name      = "com.amazonaws.${local.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private[0].id]
  tags              = { Name = "${var.name}-s3" }
}
