#!/usr/bin/env bash
# Install what system-packages.txt lists and this Debian or Ubuntu lacks.  Needs root.
#   --with NAME   also what system-packages-NAME.txt lists (browser, display, slurm, window)
#   --list        only print what is missing
set -euo pipefail
cd "$(dirname "$0")"

lists=(system-packages.txt)
only_list=false
while (($# > 0)); do
    case $1 in
        --list) only_list=true ;;
        --with)
            lists+=("system-packages-${2:-}.txt")
            if [[ ! -f ${lists[-1]} ]]; then
                echo "--with ${2:-}: expected one of" system-packages-*.txt >&2
                exit 2
            fi
            shift
            ;;
        *)
            echo "$1: unknown; expected --list or --with NAME" >&2
            exit 2
            ;;
    esac
    shift
done

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "No apt-get here: install the counterparts of scripts/system-packages.txt by hand." >&2
    exit 1
fi

mapfile -t wanted < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "${lists[@]}")

# The system's own Python, where it is new enough, with the two parts that are packaged apart.
python_offered() { apt-cache policy python3 2>/dev/null | sed -n 's/.*Candidate: 3\.\([0-9]*\).*/\1/p'; }
offered=$(python_offered)
if [[ -z $offered && $(id -u) -eq 0 ]]; then # no package lists yet, as in a container
    apt-get update -qq
    offered=$(python_offered)
fi
((${offered:-0} < 12)) || wanted+=(python3 python3-dev python3-venv)

# Also what an installed package provides: libglib2.0-0 is called libglib2.0-0t64 in newer releases.
present=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}, ${Provides}\n' |
    sed -n -e 's/([^)]*)//g' -e 's/^installed //p' | tr -s ', ' '\n')
missing=()
for package in "${wanted[@]}"; do
    grep -qxF "$package" <<<"$present" || missing+=("$package")
done

if $only_list; then
    ((${#missing[@]} == 0)) || printf '%s\n' "${missing[@]}"
    exit 0
fi
if ((${#missing[@]} == 0)); then
    echo "system packages: all ${#wanted[@]} present"
    exit 0
fi
if [[ $(id -u) -ne 0 ]]; then
    echo "Run as root: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

echo "system packages: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}"
