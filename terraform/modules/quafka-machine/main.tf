# The user data of one machine. Nothing here needs a provider, so that what comes out can be rendered, and run, anywhere.

terraform {
  required_version = ">= 1.9"
}

locals {
  listen = {
    controller = ""
    storage    = lookup(var.settings, "storage.listen", "")
    gateway    = lookup(var.settings, "gateway.listen", "")
  }

  # Each secret is brought to a file that is named as the setting that wants it.
  secret_files = { for key in keys(var.secrets) : key => "/etc/quafka/secrets/${key}" }

  # For the scripts beside the program: a shell's variables.
  facts = merge(
    {
      role            = var.role
      port            = try(regex("[0-9]+$", local.listen[var.role]), "")
      connections_max = lookup(var.settings, "gateway.connections.max", "20000")
      region          = var.watch.region
      namespace       = var.watch.namespace
      dimension       = var.watch.dimension
      node_tls        = lookup(local.secret_files, "node.tls.key.file", "")
      client_tls      = lookup(local.secret_files, "gateway.tls.key.file", "")
      admin           = lookup(var.settings, "security.admin.user", "")
    },
    var.scaling == null ? {} : {
      group        = var.scaling.group
      hook         = var.scaling.hook
      target_group = var.scaling.target_group
    },
  )

  user_data = templatefile("${path.module}/user-data.sh.tftpl", {
    role           = var.role
    machine        = var.machine
    region         = var.watch.region
    log_group      = var.watch.log_group
    bucket         = var.program.bucket
    program_key    = var.program.key
    program_sha256 = var.program.sha256
    volume_id      = var.volume_id == null ? "" : var.volume_id
    heap           = var.memory.heap
    direct_memory  = var.memory.direct
    properties     = join("\n", [for key, value in merge(var.settings, local.secret_files) : "${key}=${value}"])
    secrets        = join("", [for key, arn in var.secrets : "${key} ${arn}\n"])
    facts          = join("\n", [for name, value in local.facts : "${name}='${value}'"])
    unit           = trimspace(file("${path.module}/../../../infra/deploy/systemd/quafka@.service"))
    figures        = trimspace(file("${path.module}/files/quafka-figures"))
    bring_secrets  = trimspace(file("${path.module}/files/quafka-secrets"))
    drain          = trimspace(file("${path.module}/files/quafka-drain"))
    units          = join(" ", concat(["quafka@${var.role}.service", "quafka-figures.timer"], length(var.secrets) == 0 ? [] : ["quafka-secrets.timer"], var.role == "gateway" ? ["quafka-drain.service"] : []))
  })
}
