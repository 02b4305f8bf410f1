# Logs, and alarms on what machines and AWS say. Each alarm's name says what is wrong; docs/OPERATIONS.md says what to do.

resource "aws_cloudwatch_log_group" "this" {
  name              = "/quafka/${var.name}"
  retention_in_days = var.log_days
}

locals {
  # Of each machine with a volume: the figure, what it is to be compared with, for how many minutes.
  machine_alarms = {
    storage = {
      "shard-failed"   = { metric = "ShardsFailed", operator = "GreaterThanThreshold", threshold = 0, minutes = 1 }
      "topics-refused" = { metric = "Pressure", operator = "GreaterThanOrEqualToThreshold", threshold = 5, minutes = 10 }
      "backlog"        = { metric = "TieringBacklogBytes", operator = "GreaterThanThreshold", threshold = 10 * 1024 * 1024 * 1024, minutes = 15 }
    }
    controller = {
      "no-leader" = { metric = "Led", operator = "LessThanThreshold", threshold = 1, minutes = 3 }
    }
  }
  machines = merge(
    { for id, instance in aws_instance.storage : "storage-${id}" => { role = "storage", instance_id = instance.id } },
    { for id, instance in aws_instance.controller : "controller-${id}" => { role = "controller", instance_id = instance.id } },
  )
  machine_names = merge(
    { for id in keys(local.storage) : "storage-${id}" => "storage" },
    { for id in keys(local.controllers) : "controller-${id}" => "controller" },
  )
  figures = merge([
    for name, role in local.machine_names : { for alarm, of in local.machine_alarms[role] : "${name}-${alarm}" => merge(of, { machine = name }) }
  ]...)
}

resource "aws_cloudwatch_metric_alarm" "figure" {
  for_each = local.figures

  alarm_name          = "${var.name}-${each.key}"
  namespace           = local.namespace
  metric_name         = each.value.metric
  dimensions          = { Machine = each.value.machine }
  statistic           = "Maximum"
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = each.value.minutes
  # A machine that says nothing is not well.
  treat_missing_data = "breaching"
  alarm_actions      = var.alarm_topic_arns
  ok_actions         = var.alarm_topic_arns
}

# AWS' own look at the machine; what is wrong with the hardware below it, it recovers from by moving it.
resource "aws_cloudwatch_metric_alarm" "machine" {
  for_each = local.machine_names

  alarm_name          = "${var.name}-${each.key}-broken"
  namespace           = "AWS/EC2"
  metric_name         = "StatusCheckFailed"
  dimensions          = { InstanceId = local.machines[each.key].instance_id }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

resource "aws_cloudwatch_metric_alarm" "gateways_few" {
  alarm_name          = "${var.name}-gateways-few"
  namespace           = "AWS/NetworkELB"
  metric_name         = "HealthyHostCount"
  dimensions          = { LoadBalancer = aws_lb.this.arn_suffix, TargetGroup = aws_lb_target_group.gateway.arn_suffix }
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = var.gateways.min
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

resource "aws_cloudwatch_metric_alarm" "gateways_full" {
  alarm_name          = "${var.name}-gateways-full"
  namespace           = local.namespace
  metric_name         = "LoadPercent"
  dimensions          = { AutoScalingGroupName = local.gateway_group }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 90
  period              = 60
  evaluation_periods  = 5
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}
