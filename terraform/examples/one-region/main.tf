# Quafka in one region, in a network of its own: two gateways or more, three storage nodes, three controllers.
#
#   ./mvnw -Pdist package
#   cd terraform/examples/one-region
#   ../../make-secrets quafka eu-central-1 ~/quafka-secrets >secrets.auto.tfvars
#   terraform init && terraform apply

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25, < 7.0"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = "quafka" }
  }
}

module "quafka" {
  source = "../../modules/quafka-aws"

  executable   = "${path.module}/../../../infra/deploy/target/quafka"
  client_cidrs = var.client_cidrs
  tls          = var.tls
  node_tls     = var.node_tls
  users        = var.users

  gateways = { min = 2, max = 6 }
  storage  = { nodes = 3, volume_gib = 500 }

  # Topics without a percentage of their own may keep 10 % of the disks each; the bucket keeps all that Kafka's limits leave.
  retention = { local_percent = 10 }
}
