# What differs between environments: environments/*.tfvars. What does not is written where it is used.

variable "environment" {
  type = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "An environment is called staging or production."
  }
}

variable "account_id" {
  type        = string
  description = "The account that this may be applied to; any other is refused."

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account has twelve digits."
  }
}

variable "region" {
  type = string
}

variable "zones" {
  type        = list(string)
  description = "Availability zones, by name."

  validation {
    condition     = length(var.zones) == 3 && length(distinct(var.zones)) == 3
    error_message = "Whoosh is spread over three zones: edges, databases and Redis count on it."
  }
}

variable "vpc_cidr" {
  type        = string
  description = "A /16; infrastructure/k8s/overlays/*/environment.yaml has parts of it."
}

variable "nat_per_zone" {
  type        = bool
  description = "One NAT gateway in each zone; else one for all, which is a third of the price and a zone's fate."
}

variable "domain" {
  type        = string
  description = "A hosted zone of Route 53 that exists."
}

variable "play_host" {
  type        = string
  description = "Where the web client is; edges are below edge.<play_host>."
}

variable "kubernetes_version" {
  type    = string
  default = "1.32"
}

variable "administrator_role_arns" {
  type        = list(string)
  description = "Roles of people who may do everything in the cluster."
}

variable "kubernetes_api_cidrs" {
  type        = list(string)
  default     = []
  description = "Networks from which the cluster's API may be reached; none: from within the VPC only."

  validation {
    condition     = !contains(var.kubernetes_api_cidrs, "0.0.0.0/0")
    error_message = "The cluster's API is not for the whole internet."
  }
}

variable "service_nodes" {
  type        = object({ type = string, min = number, max = number })
  description = "Machines of api and matchmaker."
}

variable "edge_nodes" {
  type        = object({ type = string, min = number, max = number })
  description = "Machines of edges, one edge each; counts are of all three zones."
}

variable "database" {
  type = object({
    version     = string
    capacity    = object({ min = number, max = number })
    backup_days = number
  })
}

variable "cache" {
  type = object({ node_type = string, shards = number, replicas = number })
}

variable "direct_to_edge" {
  type        = bool
  description = "A custom routing accelerator to each edge. The edges then have to end TLS themselves."
  default     = false
}

variable "accelerator_security_group_id" {
  type        = string
  default     = ""
  description = "The group that Global Accelerator makes with its first endpoint in the VPC; edges let nobody else in directly."
}

variable "password_version" {
  type        = number
  default     = 1
  description = "Raise it, and give the two below, to change the database's password and the cluster's secret."
}

# Read only when password_version changes (and at the first apply), and kept in no plan and no state:
#   TF_VAR_database_password="$(aws secretsmanager get-random-password --exclude-punctuation \
#     --password-length 40 --query RandomPassword --output text)"
variable "database_password" {
  type      = string
  default   = null
  ephemeral = true
  sensitive = true

  validation {
    condition     = var.database_password == null || can(regex("^[A-Za-z0-9]{32,}$", var.database_password))
    error_message = "32 letters and digits or more: it stands in a URL."
  }
}

variable "cluster_secret" {
  type      = string
  default   = null
  ephemeral = true
  sensitive = true

  validation {
    condition     = var.cluster_secret == null || can(regex("^[A-Za-z0-9]{32,}$", var.cluster_secret))
    error_message = "32 letters and digits or more."
  }
}

variable "rotation_package" {
  type        = object({ bucket = string, key = string, version = string })
  description = "The zip file of rotation/, as the pipeline stored it."
}

variable "alarm_address" {
  type        = string
  description = "An e-mail address that gets alarms and the budget's warnings."
}

variable "budget_usd" {
  type        = number
  description = "Dollars a month; warned at 80 %, and when the forecast goes above."
}
