# A Slurm cluster of this machine alone, for the script that sources this: controller, node and munge on
# loopback, with files, ports and a key of their own. Nothing of it depends on a service manager, and
# nothing outlives the script.
#
#   start_cluster DIR   DIR must be empty, and its path short: sockets lie in it
#   stop_cluster
# shellcheck shell=bash

# Where Debian has daemons, which is in the path of root only.
PATH=$PATH:/usr/sbin

declare -a cluster_pids=()
cluster_dir=

# Waits for COMMAND to succeed, up to so many seconds.
wait_for() {
  local seconds=$1 deadline
  shift
  deadline=$((SECONDS + seconds))
  until "$@"; do
    if ((SECONDS >= deadline)); then
      echo "waited $seconds s in vain for: $*" >&2
      return 1
    fi
    sleep 0.1
  done
}

is_listening() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000))
    if ! is_listening "$port"; then
      echo "$port"
      return
    fi
  done
}

start_daemon() {
  local name=$1
  shift
  "$@" >"$cluster_dir/$name.log" 2>&1 </dev/null &
  cluster_pids+=($!)
}

write_config() {
  local dir=$cluster_dir
  cat >"$dir/slurm.conf" <<CONF
ClusterName=private
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$1
SlurmdPort=$2
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$dir/munge.socket
CredType=cred/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0
MpiDefault=none
ReturnToService=2
NodeName=localhost NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=localhost Default=YES MaxTime=5 State=UP
CONF
  # Nobody here mounts or rules control groups.
  printf 'CgroupAutomount=no\nIgnoreSystemd=yes\n' >"$dir/cgroup.conf"
}

node_is_idle() { [[ $(sinfo --noheader --format=%T 2>/dev/null) == idle ]]; }

cluster_logs() { tail -n 20 "$cluster_dir"/*.log >&2; }

start_cluster() {
  cluster_dir=$1
  mkdir "$cluster_dir/state" "$cluster_dir/spool"
  write_config "$(free_port)" "$(free_port)"
  export SLURM_CONF=$cluster_dir/slurm.conf
  (umask 077 && head -c 128 /dev/urandom >"$cluster_dir/munge.key")
  start_daemon munged munged --foreground --force --key-file="$cluster_dir/munge.key" \
    --socket="$cluster_dir/munge.socket" --pid-file="$cluster_dir/munged.pid" \
    --log-file="$cluster_dir/munged-own.log" --seed-file="$cluster_dir/munged.seed"
  wait_for 10 test -S "$cluster_dir/munge.socket" || { cluster_logs; return 1; }
  start_daemon slurmctld slurmctld -D -i -c -f "$SLURM_CONF"
  start_daemon slurmd slurmd -D -f "$SLURM_CONF"
  wait_for 40 node_is_idle || { cluster_logs; return 1; }
}

stop_cluster() {
  local pid
  # The last one first: the node lets go of its jobs while the others still answer.
  for ((i = ${#cluster_pids[@]} - 1; i >= 0; --i)); do
    pid=${cluster_pids[i]}
    kill -TERM "$pid" 2>/dev/null || continue
    wait_for 10 not_running "$pid" || kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  cluster_pids=()
}

not_running() { [[ ! -e /proc/$1 || $(awk '{print $3}' "/proc/$1/stat" 2>/dev/null) == Z ]]; }
