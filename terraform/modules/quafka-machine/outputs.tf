output "user_data" {
  description = "What cloud-init is to run, as it is: a script."
  value       = local.user_data
}
