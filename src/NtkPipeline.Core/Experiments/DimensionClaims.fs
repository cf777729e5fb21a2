namespace NtkPipeline.Core

/// What is expected of the input dimension, and how numbers judge it.
[<RequireQualifiedAccess>]
module DimensionClaims =

    /// An exponent in d whose whole band lies within this of 0 is a quantity that d hardly changes: a factor 1.32 from 8 to 128.
    let hardly = 0.1

    let power (x: float) : string = $"%.2f{x}".Replace('-', '−')

    let band (fit: PowerFit) : string =
        $"d^%s{power fit.Slope} (95%% band %s{power fit.Lower} to %s{power fit.Upper})"

    let private few = "Fewer than two dimensions could be compared."

    let private range (evidence: DimensionEvidence) =
        match evidence.Places with
        | [||] -> "no dimension"
        | places -> $"d = %d{places[0].Dimensions} to %d{(Array.last places).Dimensions}"

    let private rows (evidence: DimensionEvidence) =
        match evidence.Places with
        | [||] -> ""
        | places -> $", fitted on %d{places[0].TrainRows} rows"

    let private one name setting judge : Claim<DimensionEvidence> = {
        Name = name
        Judge =
            fun evidence ->
                let holds, words = judge evidence

                [|
                    {
                        Claim = name
                        Setting = $"%s{range evidence}%s{rows evidence}%s{setting evidence}"
                        Holds = holds
                        Evidence = words
                    }
                |]
    }

    let private ofKernel (_: DimensionEvidence) = ", kernel regression with its ridge tuned by leave-one-out"
    let private ofNetworks (evidence: DimensionEvidence) = $", m = %d{evidence.Widest}, %s{evidence.Budget}"
    let private ofAll (evidence: DimensionEvidence) = $", %s{evidence.Budget}"

    let private accuracy (place: DimensionPlace) = VerdictWords.percent place.Kernel.Validation.Accuracy

    let kernelRises =
        one "The kernel classifies better with more components" ofKernel (fun evidence ->
            match evidence.KernelRise with
            | None -> None, few
            | Some difference ->
                let first, last = evidence.Places[0], Array.last evidence.Places

                Difference.isPositive difference,
                $"It classifies %s{accuracy first} of the validation tweets rightly at d = %d{first.Dimensions} and %s{accuracy last} at d = %d{last.Dimensions}, a difference of %s{VerdictWords.points difference}.")

    let saturates =
        one "The last components add nothing" ofKernel (fun evidence ->
            match evidence.KernelLast with
            | None -> None, few
            | Some difference ->
                let margin = evidence.Settings.Margin
                let places = evidence.Places
                let before, last = places[places.Length - 2], places[places.Length - 1]

                let holds =
                    if difference.Upper < margin && difference.Lower > -margin then Some true
                    elif difference.Lower > margin || difference.Upper < -margin then Some false
                    else None

                holds,
                $"From d = %d{before.Dimensions} to %d{last.Dimensions} the kernel's validation accuracy changes by %s{VerdictWords.points difference}; %.1f{100.0 * margin} points up or down count as nothing.")

    let networksRise =
        one "Networks classify better with more components" ofNetworks (fun evidence ->
            match evidence.NetworkRise with
            | None when evidence.Places.Length < 2 -> None, few
            | None -> None, "At one of the two ends every network diverged."
            | Some difference ->
                let first, last = evidence.Places[0], Array.last evidence.Places

                let at (place: DimensionPlace) =
                    match DimensionEvidence.epoch evidence.Widest place with
                    | Some epoch -> $"d = %d{place.Dimensions} (after %s{VerdictWords.epochs epoch})"
                    | None -> $"d = %d{place.Dimensions}"

                let isChosen =
                    [ first; last ]
                    |> List.exists (fun place -> (DimensionEvidence.epoch evidence.Widest place).IsSome)

                let epochs = first.Runs |> Array.fold (fun most run -> max most run.Spec.Epochs) 0

                Difference.isPositive difference,
                VerdictWords.join [
                    $"From %s{at first} to %s{at last} the widest networks' validation accuracy differs by %s{VerdictWords.points difference}."
                    StopWords.sides isChosen epochs evidence.NetworkRiseAtEnd
                ])

    let private none =
        "No power law in d can be fitted: it takes two dimensions and three networks that ended."

    let initialError =
        one "The error of the initial kernel hardly depends on d" ofNetworks (fun evidence ->
            match evidence.InitErrorExponent with
            | None -> None, none
            | Some fit ->
                let holds =
                    if fit.Lower > -hardly && fit.Upper < hardly then Some true
                    elif fit.Lower > hardly || fit.Upper < -hardly then Some false
                    else None

                holds, $"‖Θ̂₀ − Θ‖/‖Θ‖ goes as %s{band fit}; a band within %g{hardly} of 0 counts as hardly.")

    let neededGrows =
        one "More components need a wider network for its kernel to stay put" ofAll (fun evidence ->
            let limit = VerdictWords.percent evidence.Settings.LazyThreshold

            match evidence.NeededExponent with
            | None ->
                let reasons =
                    Array.zip evidence.Places evidence.Needed
                    |> Array.filter (fun (_, needed) -> needed.Width.IsNone)
                    |> Array.map (fun (place, needed) -> $" At d = %d{place.Dimensions}: %s{needed.Reason}.")
                    |> String.concat ""

                None, $"The width at which ΔΘ is %s{limit} is not known at enough dimensions.%s{reasons}"
            | Some fit ->
                let holds =
                    if fit.Lower > 0.0 then Some true
                    elif fit.Upper < 0.0 then Some false
                    else None

                let each =
                    Array.zip evidence.Places evidence.Needed
                    |> Array.choose (fun (place, needed) ->
                        needed.Width
                        |> Option.map (fun width -> $"%.0f{width.Width} at d = %d{place.Dimensions}"))
                    |> String.concat ", "

                holds,
                $"The width at which ΔΘ is %s{limit} is %s{each}: it goes as %s{band fit}, which covers both seeds and how far these are from a power law.")

    let all: Claim<DimensionEvidence> list = [
        kernelRises
        saturates
        networksRise
        initialError
        neededGrows
    ]
