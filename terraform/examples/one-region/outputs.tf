output "bootstrap" {
  description = "What Kafka's clients are told as bootstrap.servers."
  value       = module.quafka.bootstrap
}
