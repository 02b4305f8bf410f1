# What is the same for all machines: image, ports, settings.

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

locals {
  namespace     = "Quafka/${var.name}"
  gateway_group = "${var.name}-gateway"
  drain_hook    = "drain"

  ports = {
    gateway    = 9092
    storage    = 9191
    controller = 9190
  }
  balancer_tls = try(var.tls.certificate_arn, null) != null
  client_port  = var.tls == null ? 9092 : 9093
  client_host  = var.tls == null ? aws_lb.this.dns_name : var.tls.host

  program = {
    bucket = aws_s3_bucket.this.id
    key    = aws_s3_object.program.key
    sha256 = filesha256(var.executable)
  }

  members = join(",", [for id in sort([for id in var.controllers.ids : format("%04d", id)]) : "${tonumber(id)}@${aws_network_interface.controller[tostring(tonumber(id))].private_ip}:${local.ports.controller}"])

  common_settings = merge(
    { "controller.members" = local.members },
    var.settings,
  )
  tiering_settings = var.tiering ? {
    "tiering.store"     = "s3"
    "tiering.s3.bucket" = aws_s3_bucket.this.id
    "tiering.s3.prefix" = "history/"
    "tiering.s3.region" = local.region
  } : {}

  # Settings that name a file, and the secret that is to be in it: of every process, and of gateways.
  node_secrets = var.node_tls == null ? {} : {
    "node.tls.certificate.file" = var.node_tls.certificate
    "node.tls.key.file"         = var.node_tls.key
    "node.tls.trust.file"       = var.node_tls.trust
  }
  gateway_tls        = try(var.tls.secrets, null)
  client_authorities = try(var.tls.secrets.trust, null)
  gateway_secrets = merge(
    local.node_secrets,
    local.gateway_tls == null ? {} : {
      "gateway.tls.certificate.file" = local.gateway_tls.certificate
      "gateway.tls.key.file"         = local.gateway_tls.key
    },
    local.client_authorities == null ? {} : { "gateway.tls.trust.file" = local.client_authorities },
    var.users == null ? {} : { "security.admin.password.file" = var.users.password_secret_arn },
  )
  user_settings = var.users == null ? {} : {
    "sasl.mechanisms"     = join(",", var.users.mechanisms)
    "security.admin.user" = var.users.admin
  }
  # Who shows none says who it is by SASL, as the machine's own quafka-figures does.
  client_certificate_settings = local.client_authorities == null ? {} : { "gateway.tls.client.auth" = "optional" }

  # These become the cluster's own settings when a controller starts.
  retention_settings = {
    for key, value in {
      "storage.disk.target.percent" = var.retention.disk_target_percent
      "log.local.retention.percent" = var.retention.local_percent
      "log.retention.percent"       = var.retention.percent
    } : key => tostring(value) if value != null
  }

  metadata_options = {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
}
