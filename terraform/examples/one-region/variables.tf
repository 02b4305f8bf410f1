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
  description = "TLS at the load balancer: an ACM certificate's ARN, and the name in it. Null is no TLS."
  type        = object({ certificate_arn = string, host = string })
  default     = null
}
