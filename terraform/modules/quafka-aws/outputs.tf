output "bootstrap" {
  description = "What Kafka's clients are told as bootstrap.servers."
  value       = "${local.client_host}:${local.client_port}"
}

output "balancer_dns_name" {
  description = "The load balancer's own name, for a DNS record of yours."
  value       = aws_lb.this.dns_name
}

output "controller_members" {
  description = "The controller's members, as controller.members wants them."
  value       = local.members
}

output "bucket" {
  description = "The bucket with history and program."
  value       = aws_s3_bucket.this.id
}

output "log_group" {
  description = "Where all logs are."
  value       = aws_cloudwatch_log_group.this.name
}
