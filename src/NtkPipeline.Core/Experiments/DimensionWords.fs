namespace NtkPipeline.Core

/// What the input dimension does, in words.
[<RequireQualifiedAccess>]
module DimensionWords =

    let private list (words: string list) =
        match List.rev words with
        | []
        | [ _ ] -> String.concat "" words
        | last :: before -> String.concat ", " (List.rev before) + " and " + last

    let private ends (evidence: DimensionEvidence) = evidence.Places[0], Array.last evidence.Places

    /// For the head of the report; nothing with fewer than two dimensions.
    let answer (evidence: DimensionEvidence) : string list = [
        match evidence.KernelRise with
        | None -> ()
        | Some rise ->
            let first, last = ends evidence

            let width =
                match evidence.NeededExponent with
                | Some fit when fit.Lower > 0.0 ->
                    $"a network must then be wider for its kernel to stay put, as %s{DimensionClaims.band fit}"
                | Some fit when fit.Upper < 0.0 ->
                    $"a network may then be narrower for its kernel to stay put, as %s{DimensionClaims.band fit}"
                | Some fit ->
                    $"the width at which a network's kernel stays put shows no clear change, %s{DimensionClaims.band fit}"
                | None -> "the width at which a network's kernel stays put could not be told at every d"

            let across =
                match evidence.Needed |> Array.choose _.Width |> Array.map _.Width with
                | [||]
                | [| _ |] -> ""
                | widths -> $"; it is %.0f{Array.min widths} to %.0f{Array.max widths} over these d"

            $"From d = %d{first.Dimensions} to d = %d{last.Dimensions} components the tuned kernel's validation accuracy changes by %s{VerdictWords.points rise}, and %s{width}%s{across}."
    ]

    let private skipped (evidence: DimensionEvidence) =
        match evidence.Skipped |> Array.map string |> List.ofArray with
        | [] -> ""
        | some ->
            $" d = %s{list some} was left out: the embeddings have no more columns, or training rows, than the largest below."

    let private needed (evidence: DimensionEvidence) =
        let limit = VerdictWords.percent evidence.Settings.LazyThreshold

        let each =
            Array.zip evidence.Places evidence.Needed
            |> Array.map (fun (place, needed) ->
                $"%s{DimensionTables.neededWords needed} at d = %d{place.Dimensions}")
            |> List.ofArray

        $"The width at which the kernel moves by %s{limit} over all of training, by the power law through the trained widths with a bootstrap band over seeds: %s{list each}."

    let private spectrum (evidence: DimensionEvidence) =
        let each (read: DimensionPlace -> float) =
            evidence.Places |> Array.map (fun place -> $"%.0f{read place}") |> List.ofArray |> list

        let ranks = each (fun place -> place.EffectiveRank)
        let used = each (fun place -> place.Kernel.EffectiveDimension)

        $"More components spread the kernel's spectrum: its effective rank, exp of the entropy of the eigenvalues' shares, is %s{ranks}; at the tuned ridge regression uses Σ Λ/(Λ+λ) = %s{used} directions of the %d{evidence.Places[0].TrainRows}."

    let words (evidence: DimensionEvidence) : string list = [
        match evidence.Places with
        | [||] -> $"No dimension could be compared.%s{skipped evidence}"
        | places ->
            let each = places |> Array.map (fun place -> string place.Dimensions) |> List.ofArray

            let stopped =
                if places |> Array.exists (fun place -> place.Stopped.Length > 0) then
                    "networks after the epoch at which one that did not train on some of these rows met them best, with the last one beside it"
                else
                    "networks are judged after their last epoch"

            $"The embeddings are reduced to d = %s{list each} principal components, found on the training rows, and every row is brought to norm 1; networks are given √d times it, so that the kernel's diagonal is 1 at every d.%s{skipped evidence} Kernel and networks are fitted on the same %d{places[0].TrainRows} training rows, evenly spaced, and judged on all validation rows, which chose nothing: the ridge is tuned by exact leave-one-out on the fitted rows, and %s{stopped}."

            needed evidence
            spectrum evidence
    ]
