#!/usr/bin/env bash
# A small Slurm on this machine alone, to try job arrays and to test with: no systemd, no database,
# nothing outside its own folder.  Made for Debian 12 (Slurm 22.05); needs root and
# scripts/install-system-packages.sh --with slurm.
#
#   slurm-local.sh start DIR     prints the line that makes sbatch and squeue find it
#   slurm-local.sh status DIR    its nodes and its queue; fails if it does not run
#   slurm-local.sh stop DIR      ends its jobs and every process of it; DIR keeps the logs
#
#   SLURM_LOCAL_NODES=2     nodes n1, n2, ..., all of them this machine
#   SLURM_LOCAL_CPUS=4      cores that a node claims to have, however many there are
#   SLURM_LOCAL_MEMORY=8000 memory that a node claims to have (MB)
#   SLURM_LOCAL_GRACE=30    seconds from SIGTERM to SIGKILL where a job is cancelled (KillWait)
set -euo pipefail

PATIENCE=30 # seconds until every node is up, or gone
export PATH=$PATH:/usr/sbin:/sbin

fail() {
    echo "slurm-local.sh: $*" >&2
    exit 2
}

usage="usage: slurm-local.sh start|stop|status DIR"
(($# == 2)) || fail "$usage"
[[ $1 != start ]] || mkdir -p "$2"
[[ -d $2 ]] || fail "$2: no such folder"
dir=$(cd "$2" && pwd)
conf=$dir/slurm.conf
export SLURM_CONF=$conf
nodes=${SLURM_LOCAL_NODES:-2}

require() {
    local tool
    for tool in slurmctld slurmd munged sinfo; do
        command -v "$tool" >/dev/null ||
            fail "$tool is missing; install it: bash scripts/install-system-packages.sh --with slurm"
    done
    (($(id -u) == 0)) || fail "slurmd starts jobs for others and must be root; run with sudo"
    [[ $dir != *[[:space:]]* ]] || fail "$dir: slurm.conf takes no blanks in a path"
    # A socket has a place in the file system, of at most 107 bytes.
    ((${#dir} <= 80)) || fail "$dir: too long a path for a socket; expected at most 80 characters"
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS <= end)) || return 1
        sleep 0.1
    done
}

# Processes of this Slurm and of its jobs.  A daemon has the folder among its arguments; what keeps
# a job step, and what the step runs, have it in their environment.
processes() {
    local proc name
    for proc in /proc/[0-9]*; do
        { read -r name <"$proc/comm"; } 2>/dev/null || continue
        case $name in
            munged | slurmctld | slurmd) grep -qaF -- "$dir/" "$proc/cmdline" ;;
            slurmstepd | slurmscriptd) of_this "$proc" ;;
            *) of_this "$proc" && grep -qzE '^SLURM_JOB_ID=' "$proc/environ" ;;
        esac 2>/dev/null && echo "${proc#/proc/}"
    done
    return 0
}
of_this() { grep -qzxF -- "SLURM_CONF=$conf" "$1/environ"; }

running() { [[ -f $conf ]] && timeout 2 scontrol ping 2>/dev/null | grep -q "is UP"; }
all_gone() { [[ -z $(processes) ]]; }
all_up() { [[ $(sinfo -N -h -o %T | grep -cxE 'idle|mixed|allocated') == "$nodes" ]]; }
queue_empty() { [[ -z $(squeue -h) ]]; }

# The first of a row of ports, one for the controller and one for each node, where nobody listens.
free_ports() {
    local first port
    for ((first = 16817 + RANDOM % 10000; first < 32000; first += nodes + 1)); do
        for ((port = first; port <= first + nodes; port++)); do
            ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue 2
        done
        echo "$first"
        return
    done
    fail "no $((nodes + 1)) free ports in a row below 32000"
}

configuration() {
    local host port node
    host=$(uname -n)
    host=${host%%.*}
    port=$(free_ports)
    cat <<CONF
ClusterName=local
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=root
AuthInfo=socket=$dir/munge/socket
StateSaveLocation=$dir/controller
SlurmdSpoolDir=$dir/spool.%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.%n.log
# No control groups: a container has none to give.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=bf_interval=1,sched_min_interval=0,batch_sched_delay=0
# A node may claim more cores than there are, and may come back.
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=${SLURM_LOCAL_GRACE:-30}
AccountingStorageType=accounting_storage/none
CONF
    for ((node = 1; node <= nodes; node++)); do
        echo "NodeName=n$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + node))" \
            "CPUs=${SLURM_LOCAL_CPUS:-4} RealMemory=${SLURM_LOCAL_MEMORY:-8000} State=UNKNOWN"
    done
    echo "PartitionName=debug Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE State=UP"
}

start() {
    require
    if running; then
        echo "export SLURM_CONF=$conf"
        return
    fi
    stop # what a start that failed, or a machine that went down, left behind
    rm -rf "$dir"/{munge,controller,log} "$dir"/spool.* "$dir"/slurm*.pid
    mkdir -p "$dir"/{munge,controller,log}
    (umask 077 && head -c 1024 /dev/urandom >"$dir/munge/key")
    configuration >"$conf"
    # Forced: munged would not put up with a folder below /tmp, which all may write to.
    munged --force --num-threads=2 --key-file="$dir/munge/key" --socket="$dir/munge/socket" \
        --pid-file="$dir/munge/munged.pid" --seed-file="$dir/munge/seed" \
        --log-file="$dir/log/munged.log" 2>>"$dir/log/munged.log"
    slurmctld -f "$conf"
    local node
    for ((node = 1; node <= nodes; node++)); do
        mkdir -p "$dir/spool.n$node"
        slurmd -N "n$node" -f "$conf"
    done
    if ! wait_for "$PATIENCE" all_up; then
        tail -n 5 "$dir"/log/*.log >&2
        stop
        fail "its nodes were not up after $PATIENCE s; the logs are in $dir/log"
    fi
    echo "export SLURM_CONF=$conf"
}

stop() {
    if running; then # jobs first, for nobody would end them without their node
        squeue -h -o %A | sort -u | xargs -r scancel 2>/dev/null || true
        wait_for "$((${SLURM_LOCAL_GRACE:-30} + 5))" queue_empty || true
    fi
    local signal
    for signal in TERM KILL; do
        all_gone && return
        processes | xargs -r kill -s "$signal" 2>/dev/null || true
        wait_for 5 all_gone || true
    done
    all_gone || fail "still there: $(processes | xargs)"
}

case $1 in
    start) start ;;
    stop) stop ;;
    status)
        running || fail "no Slurm runs in $dir; start it: slurm-local.sh start $dir"
        sinfo -N -l
        squeue
        ;;
    *) fail "$usage" ;;
esac
