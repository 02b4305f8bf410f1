variable "region" {
  description = "Where."
  type        = string
  default     = "eu-central-1"
}

variable "client_cidrs" {
  description = "From which addresses clients may connect: those of the network that is made, unless you say others."
  type        = list(string)
  default     = ["10.42.0.0/16"]
}

variable "tls" {
  description = "TLS for clients: the name that they connect to, and an ACM certificate's ARN, or secrets with a certificate, its key and, for clients that show certificates, their authorities. Null is no TLS."
  type = object({
    host            = string
    certificate_arn = optional(string)
    secrets         = optional(object({ certificate = string, key = string, trust = optional(string) }))
  })
  default = null
}

variable "node_tls" {
  description = "Mutual TLS between Quafka's own processes: ARNs of secrets, which make-secrets prints. Null is unencrypted."
  type        = object({ certificate = string, key = string, trust = string })
}

variable "users" {
  description = "Has clients say who they are: the ARN of the secret with the password of the first user, admin. Null serves whoever connects."
  type        = object({ password_secret_arn = string })
  default     = null
}
