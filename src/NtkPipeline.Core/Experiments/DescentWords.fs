namespace NtkPipeline.Core

/// What was found about the interpolation threshold, as numbers and in words.
[<RequireQualifiedAccess>]
module DescentWords =

    let findings (evidence: DescentEvidence) : Finding[] = [|
        for kind in DescentEvidence.kinds evidence do
            Finding.create $"threshold-%s{FeatureKind.print kind}" (DescentEvidence.threshold kind evidence)

        let methods = [
            for kind in DescentEvidence.kinds evidence do
                DescentMethod.Ridgeless kind
                DescentMethod.Tuned kind
            if evidence.Networks.Length > 0 then
                DescentMethod.Trained
        ]

        for noise in DescentEvidence.noises evidence do
            for method' in methods do
                let name metric = $"%s{metric}-%s{DescentMethod.print method'}-noise=%g{noise}"
                let squares = DescentEvidence.squares noise method' evidence
                let wrong = DescentEvidence.series _.Wrong noise method' evidence

                match ErrorPeak.highest squares with
                | None -> Finding.missing (name "peak-place") "no width has an error for every seed"
                | Some peak ->
                    Finding.create (name "peak-place") peak.At
                    Finding.create (name "peak-error") peak.Error

                match ErrorPeak.steepest squares |> Option.bind _.Height with
                | None ->
                    Finding.missing
                        (name "peak-height")
                        "no width has neighbours two octaves away on both sides"
                | Some height ->
                    Finding.create (name "peak-height") height.Value

                    match height.Band with
                    | Some(lower, upper) ->
                        Finding.create (name "peak-height-lower") lower
                        Finding.create (name "peak-height-upper") upper
                    | None -> Finding.missing (name "peak-height-lower") "one seed has no band"

                for place, square in Array.zip squares.Places (ErrorPeak.means squares) do
                    Finding.create $"""%s{name "error"}-features=%g{place}""" square

                for p in 0 .. wrong.Places.Length - 1 do
                    let mean = wrong.Errors |> Array.averageBy (fun errors -> errors[p])
                    Finding.create $"""%s{name "wrong"}-features=%g{wrong.Places[p]}""" mean
    |]

    /// The height of every kind at every share of flipped labels; those that reach far enough.
    let private heights (evidence: DescentEvidence) (method': FeatureKind -> DescentMethod) : Ratio list =
        [
            for kind in DescentEvidence.kinds evidence do
                for noise in DescentEvidence.noises evidence ->
                    evidence
                    |> DescentEvidence.squares noise (method' kind)
                    |> ErrorPeak.steepest
                    |> Option.bind _.Height
        ]
        |> List.choose id

    /// Whether every curve without a ridge is highest near its threshold.
    let private areNear (evidence: DescentEvidence) =
        Seq.forall
            id
            (seq {
                for kind in DescentEvidence.kinds evidence do
                    for noise in DescentEvidence.noises evidence ->
                        evidence
                        |> DescentEvidence.squares noise (DescentMethod.Ridgeless kind)
                        |> ErrorPeak.highest
                        |> Option.exists (fun peak ->
                            DescentClaims.isNear (DescentEvidence.threshold kind evidence) peak.At)
            })

    /// For the head of the report; nothing where the widths do not reach far enough, or the error is highest elsewhere.
    let answer (evidence: DescentEvidence) : string list = [
        match
            heights evidence DescentMethod.Ridgeless |> List.sortBy _.Value,
            heights evidence DescentMethod.Tuned |> List.sortBy (fun height -> -height.Value)
        with
        | least :: _, most :: _ when areNear evidence ->
            let tuned =
                if most.Value <= DescentClaims.goneBelow then
                    $"With a tuned ridge the peak is gone, at most %s{DescentClaims.ratio most}, so that more width alone does no harm there."
                else
                    $"A tuned ridge leaves up to %s{DescentClaims.ratio most}."

            $"Fitted to %d{evidence.Curves[0].Rows} tweets without a ridge, the features of a network err most where they are as many as the tweets: at least %s{DescentClaims.ratio least} the error at a quarter or at four times as many, on the higher side. %s{tuned}"
        | _, _ -> ()
    ]

    let words (evidence: DescentEvidence) : string list = [
        let first = evidence.Curves[0]

        $"What a wide network's kernel can fit, it can fit exactly, noise and all. Theory says that this hurts most where features are just as many as rows: there the one function that fits needs the largest weights, and more features make it smoother again. %d{first.Rows} training rows are drawn for each seed and reduced to their first %d{first.Columns} principal components; labels are flipped among the fitted rows only, and errors are taken on the %d{evidence.ValidationRows} validation rows, which chose nothing."
        $"Of the %d{first.Rows} rows about %.0f{DescentEvidence.distinct evidence} differ, since texts repeat, and copies give no further equation: the threshold is taken there. Random features meet it at m = N; of the m(d + 1) gradients of a one-hidden-layer ReLU network m·d are independent (relu(w·x) is the sum of wᵢ times the gradient by wᵢ), so that they meet it at m·d = N. Ranks in the table say what was found. Solutions without a ridge are those of least norm by a singular value decomposition of the features themselves in float64."

        if evidence.Networks.Length > 0 then
            "The networks are trained from the weights whose gradients the features are, on full batches, until the error on fitted rows is small or the steps have run out, as the table says. What they do not fit they cannot suffer from: training that stops early is a ridge of its own."
    ]
