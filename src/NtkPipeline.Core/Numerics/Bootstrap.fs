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

    /// Whether two are as good as one another, though neither is shown to be better: 0 lies within the band, the difference within the margin,
    /// and the band within twice the margin. A wide band is no tie, it tells nothing. No claim holds or fails by it.
    let isTie (margin: float) (difference: Difference) : bool =
        (isPositive difference).IsNone
        && abs difference.Value <= margin
        && difference.Lower >= -2.0 * margin
        && difference.Upper <= 2.0 * margin

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

    /// Resampling sees nothing where every row differs by the same; 95% say of how many others at most do otherwise.
    let private spread (rows: int) (difference: Difference) =
        if difference.Lower < difference.Upper then
            difference
        else
            let reach = ExactShare.upper 0.95 0 rows

            {
                difference with
                    Lower = max -1.0 (difference.Value - reach)
                    Upper = min 1.0 (difference.Value + reach)
            }

    /// Resampling a few rows that differ, all one way, hardly ever shows the other way. So a band of hits covers McNemar's exact interval too
    /// where 5 rows or fewer differ, and where fewer than 25 do and the drawn band tells a side which his test does not. Given are means over
    /// members, row by row.
    let exact (first: float[]) (second: float[]) (difference: Difference) : Difference =
        let found = McNemar.ofHits first second
        let isFew = found.OnlyFirst + found.OnlySecond <= 5

        match McNemar.toCover found with
        | Some(lower, upper) when isFew || difference.Lower >= 0.0 || difference.Upper <= 0.0 -> {
            difference with
                Lower = min lower difference.Lower
                Upper = max upper difference.Upper
          }
        | Some _
        | None -> difference

    /// The mean of some members' values, row by row.
    let byRow (members: float[][]) : float[] =
        Array.init members[0].Length (fun row -> members |> Array.averageBy (fun hits -> hits[row]))

    let private isHits (members: float[][]) =
        members |> Array.forall (Array.forall (fun hit -> hit = 0.0 || abs hit = 1.0))

    let private band value resamples (ours: float[][]) (theirs: float[][]) (sample: unit -> float) =
        let sorted = Array.init resamples (fun _ -> sample ()) |> Array.sort

        let drawn = { Value = value; Lower = quantile 0.025 sorted; Upper = quantile 0.975 sorted }

        if isHits ours && isHits theirs then
            drawn |> exact (byRow ours) (byRow theirs) |> spread theirs[0].Length
        else
            spread theirs[0].Length drawn

    /// Both accuracies are taken on the same drawn rows. `members`: the hits of one network each; `kernel`: the kernel's hits.
    let paired (resamples: int) (seed: Seed) (members: float[][]) (kernel: float[]) : Difference =
        let random = Seed.random seed
        let all = [| 0 .. kernel.Length - 1 |]
        let difference chosen rows = mean members chosen rows - mean [| kernel |] [| 0 |] rows

        band (difference [| 0 .. members.Length - 1 |] all) resamples members [| kernel |] (fun () ->
            difference (draw random members.Length) (draw random kernel.Length))

    /// The mean accuracy of some networks less that of others, on the same drawn rows, seeds of both drawn anew.
    let between (resamples: int) (seed: Seed) (members: float[][]) (others: float[][]) : Difference =
        let random = Seed.random seed
        let rows = others[0].Length

        let difference (ours: int[]) (theirs: int[]) chosen =
            mean members ours chosen - mean others theirs chosen

        let all (networks: float[][]) = [| 0 .. networks.Length - 1 |]

        band (difference (all members) (all others) [| 0 .. rows - 1 |]) resamples members others (fun () ->
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
