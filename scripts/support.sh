# shellcheck shell=bash
# What scripts/demo and scripts/test share. Sourced, not run.
# shellcheck disable=SC2034 # its variables are used by those who source it

# The root of the clone, whatever the current directory is.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Prints a heading.
heading() { printf '\n%s== %s%s\n' "${bold:-}" "$*" "${plain:-}"; }

# Prints what is wrong and what to do, and leaves.
die() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Sets the variables for emphasis; empty ones where nobody would see them.
choose_colours() {
  bold='' red='' green='' yellow='' plain=''
  if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
  fi
}

# Says where to get Swift when it is not there.
require_swift() {
  command -v swift >/dev/null || die 'Swift is not installed.' 'Get Swift 6.3 or newer: https://www.swift.org/install'
}

# The folder with the newest PostgreSQL server programs, if they are new enough for BackOps.
server_programs() {
  local folder major newest='' newest_major=14
  if [[ -n ${BACKOPS_POSTGRES_BIN:-} ]]; then
    printf '%s\n' "$BACKOPS_POSTGRES_BIN"
    return
  fi
  for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin \
    "$(dirname "$(command -v postgres || echo /nowhere/postgres)")"; do
    [[ -x $folder/postgres && -x $folder/initdb ]] || continue
    major=$("$folder/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
    if ((major > newest_major)); then newest=$folder newest_major=$major; fi
  done
  [[ -n $newest ]] && printf '%s\n' "$newest"
}

# The Debian packages that are needed and not there.
missing_packages() {
  command -v git >/dev/null || echo git
  command -v pkg-config >/dev/null || echo pkg-config
  if ! command -v pkg-config >/dev/null || ! pkg-config --exists libpq; then echo libpq-dev; fi
  server_programs >/dev/null || echo postgresql
  command -v psql >/dev/null || echo postgresql-client
}

# Runs a command with the rights to install packages.
privileged() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Whether packages can be installed from here: as root, or through sudo, which may ask for a password on a terminal.
may_install() {
  command -v apt-get >/dev/null || return 1
  ((EUID == 0)) && return
  command -v sudo >/dev/null || return 1
  sudo -n true 2>/dev/null || [[ -t 0 && -t 1 ]]
}

# Debian starts a cluster of its own when it installs a server. Nobody needs one here, so that is turned off meanwhile.
apt_install() {
  local folder=/etc/postgresql-common/createcluster.d
  printf 'Installing %s with apt-get.\n' "$*"
  privileged mkdir -p "$folder"
  privileged sh -c "echo 'create_main_cluster = false' > $folder/backops.conf"
  local status=0 output
  privileged apt-get update -qq || true # An unreachable extra source is no reason to give up.
  output=$(privileged env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" 2>&1) ||
    status=$?
  ((status == 0)) || printf '%s\n' "$output" >&2
  privileged rm -f "$folder/backops.conf"
  privileged rmdir --ignore-fail-on-non-empty "$folder"
  return "$status"
}

# Installs what building and running need, or says how.
require_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]} == 0)) && return
  if may_install && apt_install "${missing[@]}"; then
    mapfile -t missing < <(missing_packages)
    ((${#missing[@]} == 0)) && return
    die "Still missing after the installation: ${missing[*]}." \
      'BackOps needs PostgreSQL 15 or newer; see https://www.postgresql.org/download/ for a newer one.'
  fi
  if command -v apt-get >/dev/null; then
    die "Packages are missing. Install them, then run this again:" '' "    sudo apt-get install ${missing[*]}" ''
  elif command -v dnf >/dev/null; then
    die "Packages are missing. Install them, then run this again:" '' \
      '    sudo dnf install git pkgconf libpq-devel postgresql postgresql-server' ''
  elif command -v brew >/dev/null; then
    die "Packages are missing. Install them, then run this again:" '' '    brew install pkgconf libpq postgresql@18' ''
  fi
  die "Missing: git, pkg-config, libpq with its headers, and PostgreSQL 15 or newer with psql." 'Install them, then run this again.'
}

# Whether a program that only some checks need is there, after trying to install it.
require_tool() {
  has_tool "$1" && return
  if may_install && apt_install "$1" && has_tool "$1"; then return; fi
  printf '%s\n' "Skipped what needs $1, which is not installed." >&2
  return 1
}

has_tool() {
  case $1 in
    python3-venv) python3 -c 'import venv, ensurepip' 2>/dev/null ;;
    *) tool_path "$1" >/dev/null ;;
  esac
}

# Where a program is; servers are often where only root looks.
tool_path() { PATH=$PATH:/usr/sbin command -v "$1"; }

# The version of the PostgreSQL that tests and demo use.
postgres_version() { "$(server_programs)/postgres" --version | sed -E 's/^[^0-9]*([0-9.]+).*/\1/'; }
