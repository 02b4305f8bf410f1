variable "machine" {
  description = "The machine's name in figures, logs and the bucket: storage-1, or gateway for all of them."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.machine))
    error_message = "A machine's name has small letters, digits and dashes."
  }
}

variable "role" {
  description = "What it is to be: controller, storage or gateway."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["controller", "storage", "gateway"], var.role)
    error_message = "The role is controller, storage or gateway."
  }
}

variable "settings" {
  description = "Quafka's settings (docs/CONFIGURATION.md) by key."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.settings : can(regex("^[a-z0-9.]+$", key)) && can(regex("^[^\\n\\\\]*$", value))])
    error_message = "Settings are named like gateway.listen, and their values are of one line, without backslashes."
  }
}

variable "secrets" {
  description = "Settings that name a file with a secret (node.tls.key.file), each with the ARN of the secret in Secrets Manager. What is in them is brought by the machine itself, never through terraform."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, arn in var.secrets : can(regex("^[a-z0-9.]+\\.file$", key)) && can(regex("^arn:[a-z-]+:secretsmanager:[^\\s']+$", arn))])
    error_message = "Secrets are settings like node.tls.key.file, each with an ARN of Secrets Manager's."
  }
}

variable "memory" {
  description = "Java's heap, and memory outside of it, as java takes them: 1g, 512m."
  type        = object({ heap = string, direct = string })
  nullable    = false

  validation {
    condition     = alltrue([for size in values(var.memory) : can(regex("^[0-9]+[mg]$", size))])
    error_message = "Memory is a number of m (MiB) or g (GiB)."
  }
}

variable "program" {
  description = "Where the executable is in the bucket, and its SHA-256 in hexadecimal digits."
  type        = object({ bucket = string, key = string, sha256 = string })
  nullable    = false
}

variable "volume_id" {
  description = "The EBS volume that its data is on; null for a gateway, which has none."
  type        = string
  default     = null
}

variable "watch" {
  description = "Where its figures and logs go: region, CloudWatch namespace, the dimension of its figures (NAME=VALUE), log group."
  type        = object({ region = string, namespace = string, dimension = string, log_group = string })
  nullable    = false
}

variable "scaling" {
  description = "Of a gateway: the auto-scaling group, its hook for ending instances, and the load balancer's target group; null for others."
  type        = object({ group = string, hook = string, target_group = string })
  default     = null
}
