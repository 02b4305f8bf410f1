# What is planned, by a provider that only pretends: nothing here reaches AWS.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }
  mock_data "aws_ssm_parameter" {
    defaults = { value = "ami-00000000000000001" }
  }
  mock_data "aws_subnet" {
    defaults = { availability_zone = "eu-central-1a" }
  }
}

variables {
  executable   = "tests/executable"
  client_cidrs = ["10.42.0.0/16"]
  node_tls = {
    certificate = "arn:aws:secretsmanager:eu-central-1:1:secret:certificate"
    key         = "arn:aws:secretsmanager:eu-central-1:1:secret:key"
    trust       = "arn:aws:secretsmanager:eu-central-1:1:secret:trust"
  }
}

run "network_of_its_own" {
  command = plan

  assert {
    condition     = length(aws_subnet.private) == 3 && length(distinct(aws_subnet.private[*].availability_zone)) == 3
    error_message = "Machines are spread over three zones."
  }

  assert {
    condition     = aws_lb.this.internal && length(aws_eip.nat) == 1
    error_message = "Only the way out has an address that others reach."
  }
}

run "given_network" {
  command = plan

  variables {
    network = { vpc_id = "vpc-1", subnet_ids = ["subnet-1", "subnet-2"] }
  }

  assert {
    condition     = length(aws_vpc.own) + length(aws_subnet.private) + length(aws_nat_gateway.own) == 0
    error_message = "No network is made beside the one that is given."
  }

  assert {
    condition     = aws_network_interface.storage["1"].subnet_id == "subnet-1" && aws_network_interface.storage["2"].subnet_id == "subnet-2" && aws_network_interface.storage["3"].subnet_id == "subnet-1"
    error_message = "Storage nodes take the subnets in turn."
  }
}

run "gateways" {
  command = plan

  assert {
    condition     = aws_lb_target_group.gateway.health_check[0].path == "/health/ready" && aws_lb_target_group.gateway.health_check[0].port == "traffic-port"
    error_message = "Health is asked for on the port that serves Kafka."
  }

  assert {
    condition     = one(aws_autoscaling_group.gateway.initial_lifecycle_hook).lifecycle_transition == "autoscaling:EC2_INSTANCE_TERMINATING"
    error_message = "Gateways hear of their end before it comes."
  }

  assert {
    condition     = aws_lb_listener.clients.protocol == "TCP" && aws_lb_listener.clients.port == 9092 && aws_lb_listener.clients.tcp_idle_timeout_seconds > 600
    error_message = "The balancer leaves connections open for longer than gateways do."
  }
}

run "tls" {
  command = plan

  variables {
    tls = { certificate_arn = "arn:aws:acm:eu-central-1:1:certificate/1", host = "kafka.example.com" }
  }

  assert {
    condition     = aws_lb_listener.clients.protocol == "TLS" && output.bootstrap == "kafka.example.com:9093"
    error_message = "Clients speak TLS to the name that the certificate has."
  }
}

run "tls_to_the_gateways" {
  command = plan

  variables {
    tls = {
      host    = "kafka.example.com"
      secrets = { certificate = "arn:aws:secretsmanager:eu-central-1:1:secret:pem", key = "arn:aws:secretsmanager:eu-central-1:1:secret:pem" }
    }
    users        = { password_secret_arn = "arn:aws:secretsmanager:eu-central-1:1:secret:password" }
    client_cidrs = ["0.0.0.0/0"]
  }

  assert {
    condition     = aws_lb_listener.clients.protocol == "TCP" && aws_lb_listener.clients.port == 9093
    error_message = "The load balancer passes TLS on."
  }

  assert {
    condition     = length(local.role_secrets["gateway"]) == 5 && length(local.role_secrets["storage"]) == 3 && length(local.role_secrets["controller"]) == 3
    error_message = "Only gateways read what clients are shown, and the first user's password."
  }

  assert {
    condition     = local.user_settings["sasl.mechanisms"] == "SCRAM-SHA-256,SCRAM-SHA-512" && local.user_settings["security.admin.user"] == "admin"
    error_message = "Clients say who they are."
  }
}

run "certificates_of_clients" {
  command = plan

  variables {
    tls = {
      host = "kafka.example.com"
      secrets = {
        certificate = "arn:aws:secretsmanager:eu-central-1:1:secret:pem"
        key         = "arn:aws:secretsmanager:eu-central-1:1:secret:pem"
        trust       = "arn:aws:secretsmanager:eu-central-1:1:secret:authorities"
      }
    }
    users = { password_secret_arn = "arn:aws:secretsmanager:eu-central-1:1:secret:password" }
  }

  assert {
    condition     = local.gateway_secrets["gateway.tls.trust.file"] == "arn:aws:secretsmanager:eu-central-1:1:secret:authorities" && contains(local.role_secrets["gateway"], "arn:aws:secretsmanager:eu-central-1:1:secret:authorities") && !contains(local.role_secrets["storage"], "arn:aws:secretsmanager:eu-central-1:1:secret:authorities")
    error_message = "Gateways, and nobody else, bring whom they believe."
  }

  assert {
    condition     = local.client_certificate_settings["gateway.tls.client.auth"] == "optional" && local.user_settings["security.admin.user"] == "admin"
    error_message = "Who shows no certificate has to be a user."
  }
}

run "certificates_of_clients_without_users_are_refused" {
  command = plan

  variables {
    tls = {
      host = "kafka.example.com"
      secrets = {
        certificate = "arn:aws:secretsmanager:eu-central-1:1:secret:pem"
        key         = "arn:aws:secretsmanager:eu-central-1:1:secret:pem"
        trust       = "arn:aws:secretsmanager:eu-central-1:1:secret:authorities"
      }
    }
  }

  expect_failures = [var.users]
}

run "nodes_in_plain" {
  command = plan

  variables {
    node_tls = null
  }

  assert {
    condition     = length(local.role_secrets["gateway"]) + length(local.role_secrets["storage"]) == 0
    error_message = "Who has no secrets reads none."
  }
}

run "users_without_tls_are_refused" {
  command = plan

  variables {
    users = { password_secret_arn = "arn:aws:secretsmanager:eu-central-1:1:secret:password" }
  }

  expect_failures = [var.users]
}

run "both_kinds_of_tls_are_refused" {
  command = plan

  variables {
    tls = {
      host            = "kafka.example.com"
      certificate_arn = "arn:aws:acm:eu-central-1:1:certificate/1"
      secrets         = { certificate = "arn:aws:secretsmanager:eu-central-1:1:secret:pem", key = "arn:aws:secretsmanager:eu-central-1:1:secret:pem" }
    }
  }

  expect_failures = [var.tls]
}

run "volumes" {
  command = plan

  variables {
    storage = { nodes = 5, volume_gib = 1000 }
  }

  assert {
    condition     = length(aws_ebs_volume.storage) == 5 && alltrue([for volume in aws_ebs_volume.storage : volume.encrypted && volume.size == 1000 && volume.final_snapshot])
    error_message = "Each storage node has an encrypted volume of its own."
  }

  assert {
    condition     = length(aws_network_interface.controller) == 3 && length(aws_ebs_volume.controller) == 3
    error_message = "Each controller has an address and a volume of its own."
  }
}

run "replaced_member" {
  command = plan

  variables {
    controllers = { ids = [1, 2, 4] }
  }

  assert {
    condition     = sort(keys(aws_instance.controller)) == tolist(["1", "2", "4"])
    error_message = "The member that is lost goes, the new one comes."
  }
}

run "retention" {
  command = plan

  variables {
    retention = { disk_target_percent = 70, local_percent = 12.5 }
  }

  assert {
    condition     = local.retention_settings["storage.disk.target.percent"] == "70" && local.retention_settings["log.local.retention.percent"] == "12.5" && !contains(keys(local.retention_settings), "log.retention.percent")
    error_message = "Percentages become Quafka's settings, and none that was not given."
  }
}

run "everybody_is_refused" {
  command = plan

  variables {
    client_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.client_cidrs]
}

run "shares_beyond_the_whole_are_refused" {
  command = plan

  variables {
    retention = { local_percent = 101 }
  }

  expect_failures = [var.retention]
}

run "two_controllers_are_refused" {
  command = plan

  variables {
    controllers = { ids = [1, 2] }
  }

  expect_failures = [var.controllers]
}
