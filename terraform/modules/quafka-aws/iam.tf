# What each role's machines may do in AWS, and no more. Nobody has a key: the instances' own credentials are used.

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

locals {
  role_secrets = {
    controller = distinct(values(local.node_secrets))
    storage    = distinct(values(local.node_secrets))
    gateway    = distinct(values(local.gateway_secrets))
  }
}

data "aws_iam_policy_document" "machine" {
  for_each = toset(["controller", "storage", "gateway"])

  statement {
    sid       = "Program"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.this.arn}/program/*"]
  }

  statement {
    sid       = "Figures"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = [local.namespace]
    }
  }

  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  # Its own secrets and nobody else's: only gateways know what is shown to clients, and the first user's password.
  dynamic "statement" {
    for_each = length(local.role_secrets[each.key]) == 0 ? [] : [local.role_secrets[each.key]]

    content {
      sid       = "Secrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = statement.value
    }
  }

  # Storage nodes write history; gateways read it.
  dynamic "statement" {
    for_each = each.key == "controller" ? [] : [each.key == "storage" ? ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"] : ["s3:GetObject"]]

    content {
      sid       = "History"
      actions   = statement.value
      resources = ["${aws_s3_bucket.this.arn}/history/*"]
    }
  }

  # Also so that S3 says of an object that it is not there, and not that it is forbidden.
  dynamic "statement" {
    for_each = each.key == "controller" ? [] : [each.key == "storage" ? ["s3:ListBucket", "s3:ListBucketMultipartUploads"] : ["s3:ListBucket"]]

    content {
      sid       = "List"
      actions   = statement.value
      resources = [aws_s3_bucket.this.arn]
    }
  }

  dynamic "statement" {
    for_each = each.key == "gateway" ? [] : ["machines/*"]

    content {
      sid       = "FirstVolume"
      actions   = ["s3:GetObject", "s3:PutObject"]
      resources = ["${aws_s3_bucket.this.arn}/${statement.value}"]
    }
  }

  dynamic "statement" {
    for_each = each.key == "gateway" ? [1] : []

    content {
      sid       = "Drain"
      actions   = ["elasticloadbalancing:DeregisterTargets"]
      resources = [aws_lb_target_group.gateway.arn]
    }
  }

  dynamic "statement" {
    for_each = each.key == "gateway" ? [1] : []

    content {
      sid       = "SeeTargets"
      actions   = ["elasticloadbalancing:DescribeTargetHealth"]
      resources = ["*"] # This action knows no resources.
    }
  }

  dynamic "statement" {
    for_each = each.key == "gateway" ? [1] : []

    content {
      sid       = "EndOfDrain"
      actions   = ["autoscaling:CompleteLifecycleAction"]
      resources = ["arn:${data.aws_partition.current.partition}:autoscaling:${local.region}:${data.aws_caller_identity.current.account_id}:autoScalingGroup:*:autoScalingGroupName/${local.gateway_group}"]
    }
  }
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

resource "aws_iam_role" "machine" {
  for_each = data.aws_iam_policy_document.machine

  name_prefix        = "${var.name}-${each.key}-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "machine" {
  for_each = data.aws_iam_policy_document.machine

  name   = "quafka"
  role   = aws_iam_role.machine[each.key].id
  policy = each.value.json
}

# Session Manager is the way in: there is no SSH.
resource "aws_iam_role_policy_attachment" "session_manager" {
  for_each = aws_iam_role.machine

  role       = each.value.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "machine" {
  for_each = aws_iam_role.machine

  name_prefix = "${var.name}-${each.key}-"
  role        = each.value.name
}
