# The controller's members. Each has an address and a volume of its own, which stay when its instance is replaced.

locals {
  # In the order of their numbers, over the zones in turn.
  controllers = { for id in var.controllers.ids : id => local.subnet_ids[(id - 1) % length(local.subnet_ids)] }
}

resource "aws_network_interface" "controller" {
  for_each = local.controllers

  subnet_id       = each.value
  security_groups = [aws_security_group.controller.id]
  description     = "${var.name}-controller-${each.key}"
  tags            = { Name = "${var.name}-controller-${each.key}" }
}

data "aws_subnet" "controller" {
  for_each = local.controllers

  id = each.value
}

resource "aws_ebs_volume" "controller" {
  for_each = local.controllers

  availability_zone = data.aws_subnet.controller[each.key].availability_zone
  type              = "gp3"
  size              = 20
  encrypted         = true
  final_snapshot    = true
  tags              = { Name = "${var.name}-controller-${each.key}" }
}

resource "aws_volume_attachment" "controller" {
  for_each = local.controllers

  device_name                    = "/dev/sdf"
  volume_id                      = aws_ebs_volume.controller[each.key].id
  instance_id                    = aws_instance.controller[each.key].id
  stop_instance_before_detaching = true
}

module "controller" {
  source   = "../quafka-machine"
  for_each = local.controllers

  machine   = "controller-${each.key}"
  role      = "controller"
  memory    = { heap = "1g", direct = "512m" }
  program   = local.program
  secrets   = local.node_secrets
  volume_id = aws_ebs_volume.controller[each.key].id

  settings = merge(local.common_settings, local.retention_settings, {
    "node.data.dir"        = "/var/lib/quafka/data"
    "controller.member.id" = each.key
    # 1, 2 and 3 found the cluster; whoever comes later waits to be taken in.
    "controller.join" = tostring(tonumber(each.key) > 3)
  })

  watch = {
    region    = local.region
    namespace = local.namespace
    dimension = "Machine=controller-${each.key}"
    log_group = aws_cloudwatch_log_group.this.name
  }
}

resource "aws_instance" "controller" {
  for_each = local.controllers

  ami                         = data.aws_ssm_parameter.image.value
  instance_type               = var.controllers.instance_type
  iam_instance_profile        = aws_iam_instance_profile.machine["controller"].name
  user_data_base64            = base64gzip(module.controller[each.key].user_data)
  user_data_replace_on_change = true
  tags                        = { Name = "${var.name}-controller-${each.key}" }

  primary_network_interface {
    network_interface_id = aws_network_interface.controller[each.key].id
  }

  maintenance_options {
    auto_recovery = "default"
  }

  metadata_options {
    http_tokens                 = local.metadata_options.http_tokens
    http_put_response_hop_limit = local.metadata_options.http_put_response_hop_limit
  }

  root_block_device {
    volume_type = "gp3"
    encrypted   = true
  }

  # A newer image is no reason to replace a member: replace one at a time, when you mean to (docs/OPERATIONS.md).
  lifecycle {
    ignore_changes = [ami]
  }

  depends_on = [aws_iam_role_policy.machine, aws_s3_bucket_policy.this]
}
