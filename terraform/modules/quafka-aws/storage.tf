# The storage nodes. Each has an address and a volume of its own, which stay when its instance is replaced.

locals {
  # Numbered from 1, over the zones in turn.
  storage = { for id in range(1, var.storage.nodes + 1) : id => local.subnet_ids[(id - 1) % length(local.subnet_ids)] }
}

resource "aws_network_interface" "storage" {
  for_each = local.storage

  subnet_id       = each.value
  security_groups = [aws_security_group.storage.id]
  description     = "${var.name}-storage-${each.key}"
  tags            = { Name = "${var.name}-storage-${each.key}" }
}

data "aws_subnet" "storage" {
  for_each = local.storage

  id = each.value
}

resource "aws_ebs_volume" "storage" {
  for_each = local.storage

  availability_zone = data.aws_subnet.storage[each.key].availability_zone
  type              = "gp3"
  size              = var.storage.volume_gib
  iops              = var.storage.volume_iops
  throughput        = var.storage.volume_mibps
  encrypted         = true
  final_snapshot    = true
  tags              = { Name = "${var.name}-storage-${each.key}" }

  # Acknowledged records lie here, and until they are tiered nowhere else.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_volume_attachment" "storage" {
  for_each = local.storage

  device_name                    = "/dev/sdf"
  volume_id                      = aws_ebs_volume.storage[each.key].id
  instance_id                    = aws_instance.storage[each.key].id
  stop_instance_before_detaching = true
}

module "storage" {
  source   = "../quafka-machine"
  for_each = local.storage

  machine   = "storage-${each.key}"
  role      = "storage"
  memory    = { heap = "1g", direct = "2g" }
  program   = local.program
  secrets   = local.node_secrets
  volume_id = aws_ebs_volume.storage[each.key].id

  settings = merge(local.common_settings, local.tiering_settings, {
    "node.data.dir"      = "/var/lib/quafka/data"
    "node.rack"          = data.aws_subnet.storage[each.key].availability_zone
    "storage.listen"     = "0.0.0.0:${local.ports.storage}"
    "storage.advertised" = "${aws_network_interface.storage[each.key].private_ip}:${local.ports.storage}"
  })

  watch = {
    region    = local.region
    namespace = local.namespace
    dimension = "Machine=storage-${each.key}"
    log_group = aws_cloudwatch_log_group.this.name
  }
}

resource "aws_instance" "storage" {
  for_each = local.storage

  ami                         = data.aws_ssm_parameter.image.value
  instance_type               = var.storage.instance_type
  iam_instance_profile        = aws_iam_instance_profile.machine["storage"].name
  user_data_base64            = base64gzip(module.storage[each.key].user_data)
  user_data_replace_on_change = true
  tags                        = { Name = "${var.name}-storage-${each.key}" }

  primary_network_interface {
    network_interface_id = aws_network_interface.storage[each.key].id
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

  # A newer image is no reason to replace a node: replace one at a time, when you mean to (docs/OPERATIONS.md).
  lifecycle {
    ignore_changes = [ami]
  }

  depends_on = [aws_iam_role_policy.machine, aws_s3_bucket_policy.this]
}
