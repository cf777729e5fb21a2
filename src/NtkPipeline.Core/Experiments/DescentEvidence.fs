namespace NtkPipeline.Core

/// What is followed through the widths.
[<RequireQualifiedAccess>]
type DescentMethod =
    /// Regression of least norm, and with the tuned ridge, on features of a kind.
    | Ridgeless of FeatureKind
    | Tuned of FeatureKind
    /// Networks, trained.
    | Trained

[<RequireQualifiedAccess>]
module DescentMethod =

    let print (method': DescentMethod) : string =
        match method' with
        | DescentMethod.Ridgeless kind -> $"ridgeless-%s{FeatureKind.print kind}"
        | DescentMethod.Tuned kind -> $"tuned-%s{FeatureKind.print kind}"
        | DescentMethod.Trained -> "trained"

/// All curves of one run.
type DescentEvidence = {
    /// One for each kind, share of flipped labels and seed.
    Curves: DescentCurve[]
    /// One for each share and seed; none where none were trained.
    Networks: DescentNetworks[]
    ValidationRows: int
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module DescentEvidence =

    let noises (evidence: DescentEvidence) : float[] =
        evidence.Curves |> Array.map _.Noise |> Array.distinct |> Array.sort

    let kinds (evidence: DescentEvidence) : FeatureKind[] =
        evidence.Curves |> Array.map _.Kind |> Array.distinct

    let curves (kind: FeatureKind) (noise: float) (evidence: DescentEvidence) : DescentCurve[] =
        evidence.Curves
        |> Array.filter (fun curve -> curve.Kind = kind && curve.Noise = noise)
        |> Array.sortBy _.Member

    /// Distinct rows, the mean over seeds.
    let distinct (evidence: DescentEvidence) : float =
        evidence.Curves |> Array.distinctBy _.Member |> Array.averageBy (fun curve -> float curve.Distinct)

    let private columns (evidence: DescentEvidence) = evidence.Curves[0].Columns

    /// The number of features at which a peak is predicted: independent ones are as many as distinct rows.
    let threshold (kind: FeatureKind) (evidence: DescentEvidence) : float =
        FeatureKind.threshold kind (columns evidence) (distinct evidence)

    /// Places at which every seed has an error.
    let private whole
        (places: int[][])
        (errors: TestError option[][])
        (pick: TestError -> float)
        : ErrorSeries =
        let kept =
            if places.Length = 0 then
                [||]
            else
                [| 0 .. places[0].Length - 1 |]
                |> Array.filter (fun p -> errors |> Array.forall (fun own -> Option.isSome own[p]))

        {
            Places = kept |> Array.map (fun p -> float (places[0][p]))
            Errors =
                errors |> Array.map (fun own -> kept |> Array.choose (fun p -> own[p] |> Option.map pick))
        }

    /// Test errors of one way along its number of features, parameters for networks, at one share of flipped labels.
    let series
        (pick: TestError -> float)
        (noise: float)
        (method': DescentMethod)
        (evidence: DescentEvidence)
        : ErrorSeries =
        let ofCurves kind read =
            let curves = curves kind noise evidence

            whole
                (curves |> Array.map (fun curve -> curve.Places |> Array.map _.Features))
                (curves |> Array.map (fun curve -> curve.Places |> Array.map (read >> Some)))
                pick

        match method' with
        | DescentMethod.Ridgeless kind -> ofCurves kind (fun (place: DescentPlace) -> place.Ridgeless)
        | DescentMethod.Tuned kind -> ofCurves kind (fun (place: DescentPlace) -> place.Tuned)
        | DescentMethod.Trained ->
            let runs =
                evidence.Networks |> Array.filter (fun one -> one.Noise = noise) |> Array.sortBy _.Member

            whole
                (runs |> Array.map (fun run -> run.Networks |> Array.map _.Parameters))
                (runs |> Array.map (fun run -> run.Networks |> Array.map _.Test))
                pick

    /// Mean squared errors.
    let squares (noise: float) (method': DescentMethod) (evidence: DescentEvidence) : ErrorSeries =
        series _.Square noise method' evidence

    /// What was fitted, for the setting of a verdict.
    let setting (noise: float) (evidence: DescentEvidence) : string =
        let first = evidence.Curves[0]
        let seeds = evidence.Curves |> Array.distinctBy _.Member |> Array.length

        $"N = %d{first.Rows} fitted rows, %.0f{distinct evidence} of them distinct, d = %d{first.Columns}, %g{100.0 * noise}%% of their labels flipped, %s{VerdictWords.seeds seeds}"
