namespace NtkPipeline.Core

/// The width at which a quantity that falls with it as a power law meets a threshold.
type WidthNeeded = {
    /// q ∝ m^exponent, over the widths that were trained.
    Exponent: float
    Width: float
    /// Ends of its 95% band; none above where more than one resample in forty never meets the threshold.
    Lower: float
    Upper: float option
    /// Whether the width lies outside those that were trained, by more than a factor of 2.
    IsExtrapolated: bool
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module WidthNeeded =

    /// ln q = a + b ln m by least squares; none without two widths.
    let private line (points: (float * float)[]) =
        let x, y = points |> Array.map (fst >> log), points |> Array.map (snd >> log)

        if (Array.distinct x).Length < 2 then
            None
        else
            let meanX, meanY = Array.average x, Array.average y
            let spread = x |> Array.sumBy (fun x -> (x - meanX) ** 2.0)
            let slope = (Array.map2 (fun x y -> (x - meanX) * (y - meanY)) x y |> Array.sum) / spread
            Some(meanY - slope * meanX, slope)

    /// Where a line meets a threshold, and its slope; none where it does not fall.
    let private meets threshold points =
        match line points with
        | Some(a, b) when b < 0.0 -> Some(exp ((log threshold - a) / b), b)
        | Some _
        | None -> None

    let private redraw (random: System.Random) (groups: (float * float)[][]) =
        groups
        |> Array.collect (fun values -> values |> Array.map (fun _ -> values[random.Next values.Length]))

    let private checkPoints (points: (float * float)[]) =
        let widths = points |> Array.map fst |> Array.distinct

        if points |> Array.exists (fun (_, q) -> not (q > 0.0)) then
            Error "a value is 0, which no power law meets"
        elif widths.Length < 2 then
            Error "networks of two widths at least must have ended"
        else
            Ok()

    /// Points (width, value) of networks, by width.
    let private byWidth points = points |> Array.groupBy fst |> Array.sortBy fst |> Array.map snd

    /// The value below which a share of sorted values lies, without a mean of neighbours, which may be infinite.
    let private rank share (sorted: float[]) = sorted[int (round (share * float (sorted.Length - 1)))]

    /// Of points (width, value), one for each network; or why there is none. The band is a bootstrap's: seeds are drawn with replacement
    /// at each width, and the line is fitted anew.
    let fit
        (count: int)
        (seed: Seed)
        (threshold: float)
        (points: (float * float)[])
        : Result<WidthNeeded, string> =
        checkPoints points
        |> Result.bind (fun () ->
            match meets threshold points with
            | None -> Error "it does not fall with the width"
            | Some(width, slope) ->
                let random, groups = Seed.random seed, byWidth points

                let sorted =
                    Array.init count (fun _ ->
                        redraw random groups
                        |> meets threshold
                        |> Option.map fst
                        |> Option.defaultValue infinity)
                    |> Array.sort

                let widths, upper = points |> Array.map fst, rank 0.975 sorted

                Ok {
                    Exponent = slope
                    Width = width
                    Lower = rank 0.025 sorted
                    Upper = if System.Double.IsFinite upper then Some upper else None
                    IsExtrapolated = width < Array.min widths / 2.0 || width > 2.0 * Array.max widths
                })

    /// A band that covers both seeds and how far the places are from one power law: the wider ends of the bootstrap's band and of Student's
    /// on the scatter about the line, which takes three places.
    let private widened (fit: PowerFit) (widths: (float * float)[]) : PowerFit =
        match PowerLaw.fit widths with
        | Some scatter -> {
            fit with
                Lower = min fit.Lower scatter.Lower
                Upper = max fit.Upper scatter.Upper
          }
        | None -> fit

    /// The exponent e of width ∝ place^e over several places, each with its points, and its 95% band (`widened`); none with fewer than two
    /// places that meet the threshold, or where more than one resample in forty does not.
    let along
        (count: int)
        (seed: Seed)
        (threshold: float)
        (places: (float * (float * float)[])[])
        : PowerFit option =
        let widths draw =
            let found =
                places
                |> Array.map (fun (place, points) ->
                    draw points |> meets threshold |> Option.map (fun (width, _) -> place, width))

            if Array.forall Option.isSome found then Some(Array.choose id found) else None

        let exponent draw = widths draw |> Option.bind line |> Option.map snd

        if places |> Array.exists (fun (_, points) -> Result.isError (checkPoints points)) then
            None
        else
            let random = Seed.random seed

            let found =
                Array.init count (fun _ -> exponent (byWidth >> redraw random))
                |> Array.choose id
                |> Array.sort

            match exponent id, widths id with
            | Some value, Some places when float found.Length >= 0.975 * float count ->
                Some(widened { Slope = value; Lower = rank 0.025 found; Upper = rank 0.975 found } places)
            | _, _ -> None
