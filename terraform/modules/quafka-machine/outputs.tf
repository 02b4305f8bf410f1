output "user_data" {
  description = "What cloud-init is to run: a script. EC2 takes 16 KiB, which it is near to: compress it (base64gzip), cloud-init unpacks it."
  value       = local.user_data
}
