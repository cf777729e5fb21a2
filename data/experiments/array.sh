#!/usr/bin/env bash
# One experiment by many machines, as a Slurm job array: no server, no engine. Every task is a whole `ntk run` on one store; each takes the
# stages that nobody makes yet, waits where there is none, and at its end writes the same report.
#
#   dotnet fsi build.fsx build                                             # once, from a clone that all nodes see
#   sbatch --chdir "$PWD" data/experiments/array.sh data/experiments/full.json
#   sbatch --chdir "$PWD" --array=1-32 --cpus-per-task=8 data/experiments/array.sh data/experiments/full.json --data data/kaggle
#
# Everything behind the settings file goes to `ntk run`. More tasks may join at any time; one that is killed loses the stage it was in,
# and another takes that up within 10 s. Without Slurm the same script is one such run: start it in as many terminals as you like.
#
#SBATCH --job-name=ntk
#SBATCH --array=1-8
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=24:00:00
# A task that is preempted starts again and joins the others.
#SBATCH --requeue
#SBATCH --output=ntk-%A_%a.log
set -euo pipefail

experiment=${1:?"usage: array.sh SETTINGS.json [more arguments of ntk run]"}
shift
name=$(basename "$experiment" .json)

# The folder of the store: one that every node sees under the same name. On NFS, mount it with lookupcache=positive: a node may otherwise
# take up to a minute to see what another has made, and waits for so long.
store=${NTK_STORE:-data/store}

# Each task's results are the same bytes; a folder a task keeps them from writing into one another's files.
out=${NTK_OUT:-data/results/$name}/task-${SLURM_ARRAY_TASK_ID:-$$}

# One number of threads for all tasks, whatever their nodes: results are the same bytes for the same number, and stages are
# made wherever there is room.
exec dotnet src/NtkPipeline.Host/bin/Release/ntk.dll run \
  --config "$experiment" --store "$store" --out "$out" --set "threads=${SLURM_CPUS_PER_TASK:-4}" --quiet "$@"
