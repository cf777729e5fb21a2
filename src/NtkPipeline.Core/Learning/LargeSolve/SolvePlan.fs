namespace NtkPipeline.Core

open System

/// How a kernel ridge regression is solved.
[<RequireQualifiedAccess>]
type SolveMethod =
    /// The whole matrix, and a Cholesky factorisation for each ridge.
    | Exact
    /// Conjugate gradients on a kernel that is never held.
    | Gradients
    /// The kernel functions of a few rows only: approximate.
    | Nystrom

/// What decides over the method.
type SolveSize = {
    Rows: int
    Features: int
    /// Ridges times outputs.
    Systems: int
    Ridges: int
    Rank: int
    /// Bytes that may be used.
    Memory: int64
}

/// The method chosen, why, and what it costs.
type SolvePlan = {
    Method: SolveMethod
    Why: string
    Bytes: int64
    /// In words, for a person who waits.
    Cost: string
}

[<RequireQualifiedAccess>]
module SolveMethod =

    let print (solveMethod: SolveMethod) : string =
        match solveMethod with
        | SolveMethod.Exact -> "exact"
        | SolveMethod.Gradients -> "cg"
        | SolveMethod.Nystrom -> "nystrom"

    /// None stands for "auto".
    let parse (text: string) : Result<SolveMethod option, string> =
        let all = [ SolveMethod.Exact; SolveMethod.Gradients; SolveMethod.Nystrom ]

        match all |> List.tryFind (fun known -> print known = text) with
        | None when text <> "auto" -> Error $"'%s{text}' is no method; write auto, exact, cg or nystrom"
        | found -> Ok found

/// Choosing by memory, and saying what it will cost before it starts.
[<RequireQualifiedAccess>]
module SolvePlan =

    let private gigabytes (bytes: int64) = $"%.2f{float bytes / 1e9} GB"

    /// What .NET and LibTorch take before there is any work.
    let private idle = int64 MemoryNeed.idle

    /// What allocators, caches and threads hold beside the numbers, measured: so much a row (or an entry), until they are full.
    let private beside (each: int64) (count: int64) = min 380_000_000L (each * count)

    /// Peak bytes of the process: the kernel, K + λI and its factor, in float64; or the inputs in both precisions, the low-rank
    /// factor with a block's workings, and for each system its state and the parts of a product.
    let bytes (size: SolveSize) (solveMethod: SolveMethod) : int64 =
        let n, d = int64 size.Rows, int64 size.Features
        let inputs = idle + 24L * n * d

        match solveMethod with
        | SolveMethod.Exact -> inputs + beside 8L (n * n) + 24L * n * n
        | SolveMethod.Gradients ->
            inputs + beside 30_000L n + 8L * n * (int64 size.Rank + 400L + 28L * int64 size.Systems)
        | SolveMethod.Nystrom ->
            inputs + beside 90_000L n + 8L * n * (int64 size.Rank + 400L + 4L * int64 size.Systems)

    /// Peak bytes where the kernel's eigenvalues are asked for: beside it a copy, the eigenvectors, LAPACK's workings and their copies.
    let spectralBytes (rows: int) : int64 =
        idle + beside 8L (int64 rows * int64 rows) + 64L * int64 rows * int64 rows

    let private cost (size: SolveSize) (solveMethod: SolveMethod) =
        let n, k = float size.Rows, float size.Rank
        let entries = 0.5 * n * (n + 1.0)

        match solveMethod with
        | SolveMethod.Exact ->
            $"%.2g{n * n} kernel entries and %d{size.Ridges} factorisation(s) of %.2g{n ** 3.0 / 3.0} flops"
        | SolveMethod.Gradients ->
            $"%.2g{n * k} kernel entries and %.2g{3.0 * n * k * k} flops for a preconditioner of rank %d{size.Rank}, then %.2g{entries} kernel entries a step for all %d{size.Systems} system(s) together"
        | SolveMethod.Nystrom ->
            $"%.2g{n * k} kernel entries and %.2g{3.0 * n * k * k} flops for rank %d{size.Rank}, then %.2g{entries} entries for its error"

    /// The method that was asked for, or the exact one where it fits, else conjugate gradients; refused where what is left does not fit.
    let choose (asked: SolveMethod option) (size: SolveSize) : Result<SolvePlan, PipelineError> =
        let exact = bytes size SolveMethod.Exact
        // More entries than one of .NET's arrays holds.
        let isOneArray = int64 size.Rows * int64 size.Rows <= int64 Array.MaxLength

        let chosen, why =
            match asked with
            | Some solveMethod -> solveMethod, "as asked"
            | None when not isOneArray ->
                SolveMethod.Gradients, "the whole matrix has more entries than one array holds"
            | None when exact <= size.Memory ->
                SolveMethod.Exact,
                $"the whole matrix takes %s{gigabytes exact} of the %s{gigabytes size.Memory} allowed"
            | None ->
                SolveMethod.Gradients,
                $"the whole matrix would take %s{gigabytes exact}, and %s{gigabytes size.Memory} are allowed"

        let needed = bytes size chosen

        if chosen = SolveMethod.Exact && not isOneArray then
            Error(
                NumbersRefused
                    $"solve by exact: a matrix of %d{size.Rows} rows is more than one array holds; use cg"
            )
        elif needed > size.Memory then
            Error(
                MachineLacks
                    $"solve by %s{SolveMethod.print chosen}: %d{size.Rows} rows need %s{gigabytes needed} and %s{gigabytes size.Memory} are allowed; allow more memory, or take another method or a lower rank"
            )
        else
            Ok { Method = chosen; Why = why; Bytes = needed; Cost = cost size chosen }

    let print (plan: SolvePlan) : string =
        $"%s{SolveMethod.print plan.Method} (%s{plan.Why}): about %s{gigabytes plan.Bytes}; %s{plan.Cost}"
