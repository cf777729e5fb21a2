namespace NtkPipeline.Core

/// A width that is needed; none where it is not known, for the reason given, which is empty else.
type NeededAt = { Width: WidthNeeded option; Reason: string }

/// What d does, as far as it is known.
type DimensionEvidence = {
    Settings: CompareSettings
    /// By d, those that the embeddings had columns for.
    Places: DimensionPlace[]
    /// Those that they had not.
    Skipped: int[]
    /// The width that each place needs for a ΔΘ below the threshold.
    Needed: NeededAt[]
    /// It as a power of d.
    NeededExponent: PowerFit option
    /// Of the widest networks, as powers of d.
    InitErrorExponent: PowerFit option
    MovementExponent: PowerFit option
    GapExponent: PowerFit option
    Widest: int
    /// Validation accuracy at the largest d less that at the smallest, and less that at the one before the largest: of the kernel, and of
    /// the widest networks, where they are judged.
    KernelRise: Difference option
    KernelLast: Difference option
    NetworkRise: Difference option
    /// The networks' after their last epoch.
    NetworkRiseAtEnd: Difference option
    Budget: string
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module DimensionEvidence =

    /// The sound networks of one width at a place.
    let sound (width: int) (place: DimensionPlace) : NetworkRun[] =
        place.Runs |> Array.filter (fun run -> run.Spec.Width = width && Group.isSound run)

    /// The networks of one width at a place that came to where they are judged, as they stand there.
    let judged (width: int) (place: DimensionPlace) : NetworkRun[] =
        place.Runs
        |> Array.filter (fun run -> run.Spec.Width = width)
        |> EpochChoice.atStop place.Stopped
        |> Array.filter Group.isSound

    /// The epoch at which the networks of one width are judged at a place; none where none was chosen.
    let epoch (width: int) (place: DimensionPlace) : int option =
        place.Choices |> Array.tryFind (fun choice -> choice.Spec.Width = width) |> Option.bind _.Epoch

    let widths (places: DimensionPlace[]) : int[] =
        places |> Array.collect _.Runs |> Array.map _.Spec.Width |> Array.distinct |> Array.sort

    /// ΔΘ of each sound network of a place, against its width.
    let private movements (place: DimensionPlace) =
        place.Runs
        |> Array.filter Group.isSound
        |> Array.choose (fun run -> run.DeltaTheta |> Option.map (fun move -> float run.Spec.Width, move))

    let private against quantity width (places: DimensionPlace[]) =
        [|
            for place in places do
                for run in sound width place do
                    match Quantity.ofRun quantity run with
                    | Some value -> float place.Dimensions, value
                    | None -> ()
        |]
        |> PowerLaw.fit

    let private rise
        (settings: CompareSettings)
        seed
        labels
        (larger: DimensionPlace)
        (smaller: DimensionPlace)
        =
        let hits (place: DimensionPlace) = Bootstrap.hits labels place.Kernel.ValidationOutputs
        Bootstrap.paired settings.Resamples seed [| hits larger |] (hits smaller)

    /// Places in any order; of those that have the same columns, since the embeddings have no more, none is kept but the one that was
    /// asked for.
    let create
        (settings: CompareSettings)
        (seed: Seed)
        (labels: float[])
        (all: DimensionPlace list)
        : DimensionEvidence =
        let kept, skipped = all |> List.partition (fun place -> place.Dimensions = place.Asked)
        let places = kept |> Array.ofList |> Array.sortBy _.Dimensions
        let widest = if Array.isEmpty (widths places) then 0 else Array.last (widths places)
        let moves = places |> Array.map (fun place -> float place.Dimensions, movements place)
        let count, threshold = settings.Resamples, settings.LazyThreshold
        let last = places.Length - 1

        let between name (larger: int) (smaller: int) compare =
            if smaller < 0 || larger <= smaller then
                None
            else
                compare (Seed.derive name seed) places[larger] places[smaller]

        let kernels seed larger smaller = Some(rise settings seed labels larger smaller)

        let networks of' seed larger smaller =
            NetworksAgainstKernel.between settings seed labels (of' widest larger) (of' widest smaller)

        {
            Settings = settings
            Places = places
            Skipped = skipped |> List.map _.Asked |> Array.ofList |> Array.sort
            Needed =
                moves
                |> Array.map (fun (d, points) ->
                    match WidthNeeded.fit count (Seed.derive $"needed/%g{d}" seed) threshold points with
                    | Ok width -> { Width = Some width; Reason = "" }
                    | Error reason -> { Width = None; Reason = reason })
            NeededExponent = WidthNeeded.along count (Seed.derive "needed" seed) threshold moves
            InitErrorExponent = against Quantity.InitKernelError widest places
            MovementExponent = against Quantity.DeltaTheta widest places
            GapExponent = against Quantity.GapToKernel widest places
            Widest = widest
            KernelRise = between "kernel-rise" last 0 kernels
            KernelLast = between "kernel-last" last (last - 1) kernels
            NetworkRise = between "network-rise" last 0 (networks judged)
            NetworkRiseAtEnd = between "network-rise" last 0 (networks sound)
            Budget =
                match places |> Array.collect _.Runs with
                | [||] -> "no network was trained"
                | runs -> VerdictWords.setting runs[0].Spec runs
        }

    /// Stage: the places and the validation labels → the evidence.
    let stage (settings: CompareSettings) : Stage<Split * DimensionPlace list, DimensionEvidence> = {
        Name = "judge-dimension"
        // 4: networks are judged after the epoch that fitted rows chose. 5: bands of few rows that differ are exact.
        Version = 5
        Settings = Fingerprint.describe settings
        Codec = Codec.json "dimension-evidence/2"
        Body =
            Seeded(fun seed (split, places) ->
                Ok(create settings seed (SplitTweets.validationLabels split) places))
    }
