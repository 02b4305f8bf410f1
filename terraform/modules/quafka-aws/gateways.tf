# The gateways, which hold nothing: a group that grows and shrinks, behind one network load balancer, whose address is all that
# clients know.

resource "aws_lb" "this" {
  name                             = var.name
  load_balancer_type               = "network"
  internal                         = true
  subnets                          = local.subnet_ids
  security_groups                  = [aws_security_group.balancer.id]
  enable_cross_zone_load_balancing = true
}

resource "aws_lb_target_group" "gateway" {
  name        = "${var.name}-gateway"
  vpc_id      = local.vpc_id
  port        = local.ports.gateway
  protocol    = "TCP"
  target_type = "instance"

  # How long connections may stay where no new ones go any more. The gateway ends them before, when it drains.
  deregistration_delay = 60

  health_check {
    protocol            = "HTTP"
    port                = "traffic-port"
    path                = "/health/ready"
    matcher             = "200"
    interval            = 5
    timeout             = 2
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "clients" {
  load_balancer_arn = aws_lb.this.arn
  port              = local.client_port
  protocol          = local.balancer_tls ? "TLS" : "TCP"
  certificate_arn   = local.balancer_tls ? var.tls.certificate_arn : null
  ssl_policy        = !local.balancer_tls ? null : "ELBSecurityPolicy-TLS13-1-2-2021-06"

  # Longer than the gateway leaves idle connections open, so that it is the gateway that closes them, and clients hear of it. With
  # TLS the balancer knows 350 seconds only, and the gateway is told less.
  tcp_idle_timeout_seconds = local.balancer_tls ? null : 900

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.gateway.arn
  }
}

module "gateway" {
  source = "../quafka-machine"

  machine = "gateway"
  role    = "gateway"
  memory  = { heap = "1g", direct = "1500m" }
  program = local.program

  secrets = local.gateway_secrets
  settings = merge(local.common_settings, local.tiering_settings, local.user_settings, local.client_certificate_settings, {
    "gateway.listen"      = "0.0.0.0:${local.ports.gateway}"
    "gateway.advertised"  = "${local.client_host}:${local.client_port}"
    "gateway.one.address" = "true"
    # Without TLS or users of their own they are reached by the load balancer alone, which client_cidrs guard.
    "gateway.open"         = tostring(local.gateway_tls == null || var.users == null)
    "gateway.idle.timeout" = local.balancer_tls ? "5m" : "10m"
    "shutdown.drain.max"   = "30s"
  })

  watch = {
    region    = local.region
    namespace = local.namespace
    dimension = "AutoScalingGroupName=${local.gateway_group}"
    log_group = aws_cloudwatch_log_group.this.name
  }

  scaling = {
    group        = local.gateway_group
    hook         = local.drain_hook
    target_group = aws_lb_target_group.gateway.arn
  }
}

resource "aws_launch_template" "gateway" {
  name_prefix            = "${var.name}-gateway-"
  image_id               = data.aws_ssm_parameter.image.value
  instance_type          = var.gateways.instance_type
  user_data              = base64gzip(module.gateway.user_data)
  vpc_security_group_ids = [aws_security_group.gateway.id]
  update_default_version = true

  iam_instance_profile {
    name = aws_iam_instance_profile.machine["gateway"].name
  }

  metadata_options {
    http_tokens                 = local.metadata_options.http_tokens
    http_put_response_hop_limit = local.metadata_options.http_put_response_hop_limit
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type = "gp3"
      encrypted   = "true"
    }
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = local.gateway_group }
  }
}

resource "aws_autoscaling_group" "gateway" {
  name                      = local.gateway_group
  min_size                  = var.gateways.min
  max_size                  = var.gateways.max
  vpc_zone_identifier       = local.subnet_ids
  target_group_arns         = [aws_lb_target_group.gateway.arn]
  health_check_type         = "ELB"
  health_check_grace_period = 120
  default_instance_warmup   = 90

  launch_template {
    id      = aws_launch_template.gateway.id
    version = aws_launch_template.gateway.latest_version
  }

  # Who is to end is told so, and has time to have clients go elsewhere.
  initial_lifecycle_hook {
    name                 = local.drain_hook
    lifecycle_transition = "autoscaling:EC2_INSTANCE_TERMINATING"
    heartbeat_timeout    = 300
    default_result       = "CONTINUE"
  }

  # A new version or setting comes by new gateways, one after the other.
  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 150
    }
  }

  depends_on = [aws_iam_role_policy.machine, aws_s3_bucket_policy.this]
}

resource "aws_autoscaling_policy" "cpu" {
  name                   = "cpu"
  autoscaling_group_name = aws_autoscaling_group.gateway.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = var.gateways.cpu_percent

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

# The fullest of connections and memory for requests and answers: quafka-figures makes it of what each gateway says.
resource "aws_autoscaling_policy" "load" {
  name                   = "load"
  autoscaling_group_name = aws_autoscaling_group.gateway.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = var.gateways.load_percent

    customized_metric_specification {
      metric_name = "LoadPercent"
      namespace   = local.namespace
      statistic   = "Average"
      unit        = "None"

      metric_dimension {
        name  = "AutoScalingGroupName"
        value = local.gateway_group
      }
    }
  }
}
