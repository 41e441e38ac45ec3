#!/usr/bin/env bash
# Installs this tree, upgrades an older one in place, or takes it away again. Needs bash, a JDK 25
# and nothing from the network. Run it from the unpacked folder:
#   sudo ./install.sh                      # /opt/qerberos, under systemd where that is there
#   ./install.sh --prefix "$HOME/qerberos" # everything below one folder, without root
set -euo pipefail
umask 022

usage() {
  cat <<'END'
Usage: install.sh [--prefix DIR] [--data DIR] [--config DIR] [--logs DIR]
                  [--user NAME] [--unit-dir DIR] [--uninstall [--purge]] [--help]

  --prefix DIR    where the programs go; default /opt/qerberos
  --data DIR      the log, its keys, its secrets; default /var/lib/qerberos, or DIR/data below
                  another prefix
  --config DIR    default /etc/qerberos, or DIR/config
  --logs DIR      default /var/log/qerberos, or DIR/logs
  --user NAME     whom the data belong to and who runs the service; made when missing. Default
                  qerberos, or, with another prefix, whoever runs this
  --unit-dir DIR  where the systemd unit goes; default /etc/systemd/system, or, with another
                  prefix, nowhere: it then lies ready in DIR/share
  --uninstall     takes the programs and the unit away; data, configuration and logs stay
  --purge         with --uninstall: those too, for good

A second run over the same prefix upgrades: data are left alone, a configuration file that you
changed is kept and a new default is put beside it as NAME.yaml.new. Folders that were given before
need not be given again.

Exit status: 0 done; 1 not done, with the reason; 2 typed wrong; 69 no JDK 25.
END
}

say() { printf '%s\n' "install: $*"; }
fail() {
  printf '%s\n' "install: $2" >&2
  exit "$1"
}

# --- What is wanted ----------------------------------------------------------------------------

readonly standard=/opt/qerberos
prefix=$standard
data='' config='' logs='' user='' unit_dir=''
uninstall=false purge=false
while [ $# -gt 0 ]; do
  case $1 in
    --prefix | --data | --config | --logs | --user | --unit-dir)
      [ -n "${2:-}" ] || fail 2 "$1 wants a value; see --help"
      case $1 in
        --prefix) prefix=$2 ;;
        --data) data=$2 ;;
        --config) config=$2 ;;
        --logs) logs=$2 ;;
        --user) user=$2 ;;
        --unit-dir) unit_dir=$2 ;;
      esac
      shift 2
      ;;
    --uninstall) uninstall=true && shift ;;
    --purge) purge=true && shift ;;
    -h | --help) usage && exit 0 ;;
    *) fail 2 "$1: unknown; see --help" ;;
  esac
done
if $purge && ! $uninstall; then fail 2 "--purge goes with --uninstall; see --help"; fi

absolute() {
  local path=$1
  case $path in /*) ;; *) path=$PWD/$path ;; esac
  while [ "$path" != / ] && [ "${path%/}" != "$path" ]; do path=${path%/}; done
  case $path in
    *[!A-Za-z0-9/._+@-]*) fail 2 "$path: choose a path of letters, digits and / . _ + @ - only; systemd reads others its own way" ;;
    / | /usr | /etc | /var | /opt | /home | /root | /bin | /lib) fail 2 "$path: is a folder of the system; name one of Qerberos's own" ;;
    */../* | */.. | */./* | */.) fail 2 "$path: say it without . and .." ;;
  esac
  printf '%s' "$path"
}

source=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly source
prefix=$(absolute "$prefix")
readonly prefix

# The folders of an earlier run are links of the tree; what is said now wins, then those.
folder() {
  local said=$1 name=$2 system=$3
  if [ -n "$said" ]; then
    absolute "$said"
  elif [ -L "$prefix/$name" ]; then
    readlink "$prefix/$name"
  elif [ "$prefix" = "$standard" ]; then
    printf '%s' "$system"
  else
    printf '%s' "$prefix/$name"
  fi
}
data=$(folder "$data" data /var/lib/qerberos)
config=$(folder "$config" config /etc/qerberos)
logs=$(folder "$logs" logs /var/log/qerberos)
readonly unit=$prefix/share/qerberos.service
if [ -z "$user" ] && [ -r "$unit" ]; then
  user=$(sed -n 's/^User=//p' "$unit")
fi
if [ -z "$user" ]; then
  user=qerberos
  [ "$prefix" = "$standard" ] || user=$(id -un)
fi
if [ -z "$unit_dir" ] && [ "$prefix" = "$standard" ]; then
  unit_dir=/etc/systemd/system
fi
readonly data config logs user unit_dir

# The nearest folder above that exists must be ours to write in.
require_writable() {
  local at=$1
  while [ ! -e "$at" ]; do at=$(dirname "$at"); done
  [ -w "$at" ] || fail 1 "$at cannot be written; run it with sudo, or name another folder with $2"
}

# Whether the server that wrote server.json still runs; its number may belong to another by now.
runs_here() {
  local pid
  [ -r "$data/server.json" ] || return 1
  pid=$(sed -n 's/.*"pid":\([0-9][0-9]*\).*/\1/p' "$data/server.json")
  [ -n "$pid" ] || return 1
  if [ -d /proc/self ]; then
    grep -q qerberos.jar "/proc/$pid/cmdline" 2>/dev/null
  else
    ps -p "$pid" -o command= 2>/dev/null | grep -q qerberos.jar
  fi
}

reload_systemd() {
  if [ "$unit_dir" = /etc/systemd/system ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
  fi
}

# --- Away with it ------------------------------------------------------------------------------

if $uninstall; then
  [ -e "$prefix/lib/qerberos.jar" ] || fail 1 "$prefix holds no Qerberos; --prefix names another folder"
  require_writable "$prefix" --prefix
  if runs_here; then
    fail 1 "it runs on $data; stop it first: systemctl stop qerberos, or $prefix/bin/qerberos stop"
  fi
  if [ -n "$unit_dir" ] && [ -e "$unit_dir/qerberos.service" ]; then
    if [ "$unit_dir" = /etc/systemd/system ] && [ -d /run/systemd/system ]; then
      systemctl disable qerberos
    fi
    rm -f "$unit_dir/qerberos.service"
    reload_systemd
    say "removed $unit_dir/qerberos.service"
  fi
  for name in data config logs; do
    [ ! -L "$prefix/$name" ] || rm -f "$prefix/$name"
  done
  rm -rf "${prefix:?}/bin" "${prefix:?}/lib" "${prefix:?}/share"
  rm -f "$prefix"/{LICENSE,NOTICE,THIRD-PARTY.md,README.md,SECURITY.md,CHANGELOG.md,install.sh}
  say "removed the programs from $prefix"
  if $purge; then
    rm -rf "$data" "$config" "$logs"
    say "removed for good: $data $config $logs"
  else
    say "kept: $data $config $logs"
  fi
  rmdir "$prefix" 2>/dev/null || true
  exit 0
fi

# --- Before anything is changed ----------------------------------------------------------------

if [ ! -e "$source/lib/qerberos.jar" ] || [ ! -d "$source/config" ]; then
  fail 1 "$source holds no unpacked Qerberos; run install.sh from the folder that the tarball made"
fi
[ "$source" != "$prefix" ] ||
  fail 1 "$prefix is installed already; run the install.sh of the newer version's folder"
for place in "$prefix:--prefix" "$data:--data" "$config:--config" "$logs:--logs" ${unit_dir:+"$unit_dir:--unit-dir"}; do
  require_writable "${place%:*}" "${place##*:}"
done
# An upgrade that was cut off leaves lib.new behind, an uninstallation the folders of data,
# configuration and logs: both are simply gone on with.
if [ ! -e "$prefix/lib/qerberos.jar" ] && [ ! -e "$prefix/lib.new" ]; then
  for there in "$prefix"/* "$prefix"/.[!.]*; do
    case ${there##*/} in
      data | config | logs | '*' | '.[!.]*') ;;
      *) fail 1 "$prefix is there and holds something else; name another folder with --prefix" ;;
    esac
  done
fi
if [ -e "$prefix/lib/qerberos.jar" ] && runs_here; then
  fail 1 "it runs on $data; stop it first: systemctl stop qerberos, or $prefix/bin/qerberos stop"
fi
# The launcher looks for the JDK; without one its own sentence says what to install.
version=$("$source/bin/qerberos" version) || exit 69

# --- The user ----------------------------------------------------------------------------------

mine=true
if [ "$user" != "$(id -un)" ]; then
  mine=false
  [ "$(id -u)" -eq 0 ] || fail 1 "only root can give the data to $user; run it with sudo, or leave --user out"
  if ! id -u "$user" >/dev/null 2>&1; then
    command -v useradd >/dev/null || fail 1 "there is no user $user and no useradd; make the user, then run this again"
    useradd --system --user-group --home-dir "$data" --no-create-home --shell /usr/sbin/nologin "$user"
    say "made the user $user"
  fi
fi
group=$(id -gn "$user")

# --- The programs ------------------------------------------------------------------------------

upgrade=false
[ ! -e "$prefix/lib/qerberos.jar" ] || upgrade=true
mkdir -p "$prefix"

# What stands there is replaced as a whole, so that no jar of an older version stays behind. The
# older defaults are needed below: they tell what was changed by hand.
defaults=$prefix/share/config
before=$prefix/share/config.before
if $upgrade && [ -d "$defaults" ]; then
  rm -rf "$before.tmp"
  cp -R "$defaults" "$before.tmp"
fi
for part in bin lib share; do
  rm -rf "$prefix/$part.new"
  cp -R "$source/$part" "$prefix/$part.new"
done
# Readable for the service's user, whatever mask the tarball was unpacked under.
chmod -R u=rwX,go=rX "$prefix/bin.new" "$prefix/lib.new" "$prefix/share.new"
rm -f "$prefix"/lib.new/*.aot "$prefix"/lib.new/*.aot.none "$prefix/lib.new/rehearse.log"
mkdir "$prefix/share.new/config"
cp "$source/config"/*.yaml "$prefix/share.new/config/"
[ ! -d "$before.tmp" ] || mv "$before.tmp" "$prefix/share.new/config.before"
for part in bin lib share; do
  rm -rf "${prefix:?}/$part"
  mv "$prefix/$part.new" "$prefix/$part"
done
for file in LICENSE NOTICE THIRD-PARTY.md README.md SECURITY.md CHANGELOG.md install.sh; do
  cp "$source/$file" "$prefix/$file"
  chmod go=rX "$prefix/$file"
done
chmod -R go=rX "$defaults"
if $upgrade; then
  say "upgraded $prefix to $version"
else
  say "installed $version into $prefix"
fi

# --- The folders -------------------------------------------------------------------------------

# Reached as data, config and logs of the tree, wherever they are: so every command finds them.
place() {
  local name=$1 folder=$2 mode=$3 owner=$4
  if [ ! -d "$folder" ]; then
    mkdir -p "$folder"
    chmod "$mode" "$folder"
    $mine || chown "$owner" "$folder"
    say "made $folder"
  fi
  if [ "$folder" != "$prefix/$name" ]; then
    if [ -e "$prefix/$name" ] && [ ! -L "$prefix/$name" ]; then
      fail 1 "$prefix/$name is a folder, and $folder is wanted; move what it holds there, remove it, and run this again"
    fi
    ln -sfn "$folder" "$prefix/$name"
  fi
}
place data "$data" 0700 "$user:$group"
place logs "$logs" 0750 "$user:$group"
# Read by the service, changed by you alone.
place config "$config" 0750 "root:$group"

for file in "$defaults"/*.yaml; do
  name=${file##*/}
  own=$config/$name
  if [ ! -e "$own" ]; then
    if $upgrade && [ -e "$before/$name" ]; then
      say "left out $own, which you removed"
      continue
    fi
    cp "$file" "$own"
    say "wrote $own"
  elif cmp -s "$file" "$own"; then
    rm -f "$own.new"
  elif [ -e "$before/$name" ] && cmp -s "$before/$name" "$own"; then
    cp "$file" "$own"
    say "renewed $own, which you had not changed"
  elif [ -e "$before/$name" ] && cmp -s "$before/$name" "$file"; then
    say "kept $own, which you changed"
  else
    cp "$file" "$own.new"
    say "kept $own, which you changed; the new default is beside it: $own.new"
  fi
done
rm -rf "$before"

# --- The service -------------------------------------------------------------------------------

# Folders at systemd's own places are made and handed over by systemd; others are opened by path.
state=StateDirectory=qerberos state_mode=StateDirectoryMode=0700
if [ "$data" != /var/lib/qerberos ]; then
  state=ReadWritePaths=$data state_mode=
fi
log=LogsDirectory=qerberos log_mode=LogsDirectoryMode=0750
if [ "$logs" != /var/log/qerberos ]; then
  log=ReadWritePaths=$logs log_mode=
fi
home=ProtectHome=true
case $prefix/$data/$config/$logs in */home/* | */root/*) home=ProtectHome=read-only ;; esac
sed \
  -e "s|^User=.*|User=$user|" \
  -e "s|^Group=.*|Group=$group|" \
  -e "s|^EnvironmentFile=.*|EnvironmentFile=-$config/qerberos.env|" \
  -e "s|^ExecStart=.*|ExecStart=$prefix/bin/qerberos start|" \
  -e "s|^StateDirectory=.*|$state|" \
  -e "s|^StateDirectoryMode=.*|$state_mode|" \
  -e "s|^LogsDirectory=.*|$log|" \
  -e "s|^LogsDirectoryMode=.*|$log_mode|" \
  -e "s|^ProtectHome=.*|$home|" \
  "$source/share/qerberos.service" >"$unit.new"
mv "$unit.new" "$unit"
if [ -n "$unit_dir" ]; then
  mkdir -p "$unit_dir"
  cp "$unit" "$unit_dir/qerberos.service"
  say "wrote $unit_dir/qerberos.service"
  reload_systemd
fi

# --- The faster start --------------------------------------------------------------------------

say "prepares a faster start; this takes some seconds"
"$prefix/bin/qerberos" prepare 2>/dev/null || true
if compgen -G "$prefix/lib/qerberos-*.aot" >/dev/null; then
  say "the start is prepared"
else
  say "this JDK prepares no faster start; it works as well, only slower ($prefix/lib/rehearse.log)"
fi

if [ -n "$unit_dir" ]; then
  say "done. Start it with: systemctl enable --now qerberos"
else
  say "done. Start it with: $prefix/bin/qerberos start --detach"
  say "for systemd, a unit lies ready: $unit"
fi
