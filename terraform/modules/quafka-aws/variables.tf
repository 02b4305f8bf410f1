variable "name" {
  description = "What everything is called, and begins with."
  type        = string
  default     = "quafka"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "The name has 3 to 20 small letters, digits and dashes, and begins with a letter."
  }
}

variable "executable" {
  description = "The file that is shipped: infra/deploy/target/quafka, made by ./mvnw -Pdist package."
  type        = string
  nullable    = false
}

variable "network" {
  description = "An existing network: its VPC, and private subnets of two or more zones from which AWS can be reached. Null makes one."
  type        = object({ vpc_id = string, subnet_ids = list(string) })
  default     = null

  validation {
    condition     = var.network == null || length(try(var.network.subnet_ids, [])) >= 2
    error_message = "Give subnets of at least two zones."
  }
}

variable "vpc_cidr" {
  description = "The addresses of the network that is made where none is given."
  type        = string
  default     = "10.42.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 4, 3))
    error_message = "An IPv4 range such as 10.42.0.0/16 is needed, /24 or larger."
  }
}

variable "client_cidrs" {
  description = "From which addresses clients may connect to the load balancer."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.client_cidrs) > 0 && alltrue([for cidr in var.client_cidrs : can(cidrhost(cidr, 0))])
    error_message = "Name at least one range, such as 10.0.0.0/8."
  }

  validation {
    condition     = var.users != null || !contains(var.client_cidrs, "0.0.0.0/0")
    error_message = "Without users, whoever reaches the load balancer may read and delete everything, so 0.0.0.0/0 is refused."
  }
}

variable "tls" {
  description = "TLS for clients: the name that they connect to, and either certificate_arn, a certificate of ACM's (TLS ends at the load balancer, behind which records go unencrypted), or secrets, ARNs of secrets with the certificate's chain and its key in PEM (TLS ends at the gateways; both in one secret are fine). With trust, the ARN of a secret with authorities in PEM, clients may show a certificate of theirs instead of being one of users. Null is no TLS."
  type = object({
    host            = string
    certificate_arn = optional(string)
    secrets         = optional(object({ certificate = string, key = string, trust = optional(string) }))
  })
  default = null

  validation {
    condition     = var.tls == null || (try(var.tls.certificate_arn, null) == null) != (try(var.tls.secrets, null) == null)
    error_message = "Give certificate_arn or secrets, one of them."
  }

  validation {
    condition     = alltrue([for arn in values(try(coalesce(var.tls.secrets, {}), {})) : arn == null || can(regex("^arn:[a-z-]+:secretsmanager:", arn))])
    error_message = "Secrets are named by ARNs of Secrets Manager's."
  }
}

variable "node_tls" {
  description = "Mutual TLS between Quafka's own processes: ARNs of secrets with the nodes' certificate, its key, and the authorities that sign nothing else, in PEM (infra/deploy/node-certificates makes them). Null lets them talk unencrypted, guarded by security groups alone."
  type        = object({ certificate = string, key = string, trust = string })

  validation {
    condition     = alltrue([for arn in values(coalesce(var.node_tls, {})) : can(regex("^arn:[a-z-]+:secretsmanager:", arn))])
    error_message = "Secrets are named by ARNs of Secrets Manager's."
  }
}

variable "users" {
  description = "Has clients say who they are: by which mechanisms (SCRAM-SHA-256, SCRAM-SHA-512, PLAIN), the first user, who may do everything, and the ARN of the secret with that user's password. Null serves whoever connects."
  type = object({
    admin               = optional(string, "admin")
    password_secret_arn = string
    mechanisms          = optional(set(string), ["SCRAM-SHA-256", "SCRAM-SHA-512"])
  })
  default = null

  validation {
    condition     = var.users == null || var.tls != null
    error_message = "Users come with TLS: without it others could go on where a client has said who it is."
  }

  validation {
    condition     = var.users != null || try(var.tls.secrets.trust, null) == null
    error_message = "Clients' certificates (tls.secrets.trust) come beside users: the first of them says what others may do, and machines ask their gateway for figures by that password."
  }

  validation {
    condition     = var.users == null || can(regex("^[A-Za-z0-9._-]+$", var.users.admin)) && can(regex("^arn:[a-z-]+:secretsmanager:", var.users.password_secret_arn))
    error_message = "The first user's name has letters, digits, dots, dashes and underscores, and its password's secret is named by an ARN of Secrets Manager's."
  }

  validation {
    condition     = length(setsubtract(try(var.users.mechanisms, []), ["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"])) == 0 && length(try(var.users.mechanisms, ["none"])) > 0
    error_message = "The mechanisms are SCRAM-SHA-256, SCRAM-SHA-512 and PLAIN."
  }

  validation {
    condition     = !contains(try(var.users.mechanisms, []), "PLAIN") || try(var.tls.secrets, null) != null
    error_message = "PLAIN sends passwords as they are, so TLS has to end at the gateways: give tls.secrets."
  }
}

variable "gateways" {
  description = "The gateways: their instances' type, how few and many, and the processor's and Quafka's own load (percent, on average) to be kept to by adding some."
  type = object({
    instance_type = optional(string, "c7i.large")
    min           = optional(number, 2)
    max           = optional(number, 10)
    cpu_percent   = optional(number, 60)
    load_percent  = optional(number, 60)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.gateways.min >= 1 && var.gateways.max >= var.gateways.min
    error_message = "There is at least one gateway, and max is not below min."
  }

  validation {
    condition     = alltrue([for percent in [var.gateways.cpu_percent, var.gateways.load_percent] : percent >= 10 && percent <= 90])
    error_message = "Loads to be kept to are 10 to 90 percent."
  }
}

variable "storage" {
  description = "The storage nodes: instances' type, how many, and each one's volume (gp3: GiB, requests and MiB a second)."
  type = object({
    instance_type = optional(string, "m7i.large")
    nodes         = optional(number, 3)
    volume_gib    = optional(number, 500)
    volume_iops   = optional(number, 3000)
    volume_mibps  = optional(number, 250)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.storage.nodes >= 1 && var.storage.nodes <= 100
    error_message = "There are 1 to 100 storage nodes."
  }

  validation {
    condition     = var.storage.volume_gib >= 10 && var.storage.volume_gib <= 16384
    error_message = "A volume has 10 to 16384 GiB."
  }

  validation {
    condition     = var.storage.volume_iops >= 3000 && var.storage.volume_iops <= 16000 && var.storage.volume_mibps >= 125 && var.storage.volume_mibps <= 1000
    error_message = "A gp3 volume does 3000 to 16000 requests and 125 to 1000 MiB a second."
  }
}

variable "controllers" {
  description = "The controller's members: instances' type and their numbers. 1, 2 and 3 found the cluster; a member whose volume is lost is replaced by one with a new, larger number, which joins."
  type = object({
    instance_type = optional(string, "t3.medium")
    ids           = optional(set(number), [1, 2, 3])
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([3, 4, 5], length(var.controllers.ids)) && alltrue([for id in var.controllers.ids : id >= 1 && id <= 1000 && floor(id) == id])
    error_message = "There are 3 members, or up to 5 while some are replaced, with whole numbers from 1 to 1000."
  }
}

variable "retention" {
  description = "Retention in percent: how much of the storage nodes' disks all topics together may take; of that, how much each topic without a percentage of its own may keep on disks (local_percent), and of all history (percent)."
  type = object({
    disk_target_percent = optional(number, 80)
    local_percent       = optional(number)
    percent             = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.retention.disk_target_percent >= 1 && var.retention.disk_target_percent <= 95
    error_message = "The disks' target is 1 to 95 percent: something has to be left for what is no topic's."
  }

  validation {
    condition     = alltrue([for percent in [var.retention.local_percent, var.retention.percent] : percent == null || try(percent >= 0.0001 && percent <= 100, false)])
    error_message = "A topic's percentage is 0.0001 to 100, or null."
  }
}

variable "tiering" {
  description = "Whether sealed segments go to the bucket. Once on it has to stay on: what was tiered is read from there."
  type        = bool
  default     = true
  nullable    = false
}

variable "settings" {
  description = "More of Quafka's settings (docs/CONFIGURATION.md) for all its processes, such as num.partitions."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "alarm_topic_arns" {
  description = "SNS topics that are told of alarms."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "log_days" {
  description = "How long logs are kept, in days: one of CloudWatch's steps."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400], var.log_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 or 400 days."
  }
}
