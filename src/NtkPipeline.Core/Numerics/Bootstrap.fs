namespace NtkPipeline.Core

/// A difference of accuracies, in shares of 1, and its 95% bootstrap band.
type Difference = { Value: float; Lower: float; Upper: float }

[<RequireQualifiedAccess>]
module Difference =

    /// Whether the whole band lies above 0 or below it; none where 0 lies within.
    let isPositive (difference: Difference) : bool option =
        if difference.Lower > 0.0 then Some true
        elif difference.Upper < 0.0 then Some false
        else None

    /// Whether it is shown to be small: within the margin, and its band within twice the margin. A band is about as wide as chance makes
    /// it, so half of it would fit the margin only on many more rows.
    let isWithin (margin: float) (difference: Difference) : bool =
        abs difference.Value <= margin
        && difference.Lower >= -2.0 * margin
        && difference.Upper <= 2.0 * margin

    /// Whether two are as good as one another: 0 lies within the band, and the band is near 0. A wide band is no tie, it tells nothing.
    let isTie (margin: float) (difference: Difference) : bool =
        (isPositive difference).IsNone && isWithin margin difference

/// Percentile bootstrap (Efron) of the difference between networks' mean accuracy over seeds and a kernel's accuracy.
/// Rows and seeds are drawn with replacement, so the band covers both which tweets were kept aside and which networks were drawn.
[<RequireQualifiedAccess>]
module Bootstrap =

    /// 1 where an output lies on its label's side of 0, else 0.
    let hits (labels: float[]) (outputs: float[]) : float[] =
        if labels.Length <> outputs.Length then
            invalidArg (nameof outputs) $"%d{outputs.Length} outputs for %d{labels.Length} rows"

        Array.map2 (fun label output -> if (label > 0.0) = (output > 0.0) then 1.0 else 0.0) labels outputs

    /// The value below which a share of the sorted values lies, interpolated between neighbours.
    let quantile (share: float) (sorted: float[]) : float =
        let place = share * float (sorted.Length - 1)
        let below = int place
        let above = min (below + 1) (sorted.Length - 1)
        sorted[below] + (place - float below) * (sorted[above] - sorted[below])

    let private draw (random: System.Random) count = Array.init count (fun _ -> random.Next count)

    /// The mean of some members' hits over some rows.
    let private mean (members: float[][]) (chosen: int[]) (rows: int[]) =
        let mutable sum = 0.0

        for m in chosen do
            let hits = members[m]

            for row in rows do
                sum <- sum + hits[row]

        sum / float (chosen.Length * rows.Length)

    let private band value resamples (rows: int) (sample: unit -> float) =
        let sorted = Array.init resamples (fun _ -> sample ()) |> Array.sort
        let lower, upper = quantile 0.025 sorted, quantile 0.975 sorted

        if lower = upper then
            // Resampling sees nothing where no row differs; 95% say that at most 3/n of all do (Hanley & Lippman-Hand 1983).
            let reach = 3.0 / float rows

            {
                Value = value
                Lower = max -1.0 (value - reach)
                Upper = min 1.0 (value + reach)
            }
        else
            { Value = value; Lower = lower; Upper = upper }

    /// Both accuracies are taken on the same drawn rows. `members`: the hits of one network each; `kernel`: the kernel's hits.
    let paired (resamples: int) (seed: Seed) (members: float[][]) (kernel: float[]) : Difference =
        let random = Seed.random seed
        let all = [| 0 .. kernel.Length - 1 |]
        let difference chosen rows = mean members chosen rows - mean [| kernel |] [| 0 |] rows

        band (difference [| 0 .. members.Length - 1 |] all) resamples kernel.Length (fun () ->
            difference (draw random members.Length) (draw random kernel.Length))

    /// The mean accuracy of some networks less that of others, on the same drawn rows, seeds of both drawn anew.
    let between (resamples: int) (seed: Seed) (members: float[][]) (others: float[][]) : Difference =
        let random = Seed.random seed
        let rows = others[0].Length

        let difference (ours: int[]) (theirs: int[]) chosen =
            mean members ours chosen - mean others theirs chosen

        let all (networks: float[][]) = [| 0 .. networks.Length - 1 |]

        band (difference (all members) (all others) [| 0 .. rows - 1 |]) resamples rows (fun () ->
            difference (draw random members.Length) (draw random others.Length) (draw random rows))

    /// The bands of several numbers taken of the same drawn members and rows, so that what adds up among them adds up in every resample.
    /// `statistics` gives them for chosen members and rows, both counted from 0; their values are those of all.
    let together
        (resamples: int)
        (seed: Seed)
        (members: int)
        (rows: int)
        (statistics: int[] -> int[] -> float[])
        : Difference[] =
        let random = Seed.random seed

        let drawn =
            Array.init resamples (fun _ ->
                let chosen = draw random members
                statistics chosen (draw random rows))

        statistics [| 0 .. members - 1 |] [| 0 .. rows - 1 |]
        |> Array.mapi (fun k value ->
            let sorted = drawn |> Array.map (fun numbers -> numbers[k]) |> Array.sort
            { Value = value; Lower = quantile 0.025 sorted; Upper = quantile 0.975 sorted })
