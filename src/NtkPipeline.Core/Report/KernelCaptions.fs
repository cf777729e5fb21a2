namespace NtkPipeline.Core

/// What stands below the kernel's charts, read off their numbers.
[<RequireQualifiedAccess>]
module KernelCaptions =

    /// How well the training rows are fitted at both ends of the path.
    let ends (path: RidgePoint[]) : string =
        let fitted (point: RidgePoint) =
            match point.TrainAccuracy with
            | Some share ->
                $"%s{NumberText.accuracy share} of the training rows at λ = %s{NumberText.number point.Ridge}"
            | None -> ""

        match path |> Array.filter _.TrainAccuracy.IsSome with
        | [||] -> ""
        | known -> $"The regression names right %s{fitted known[0]} and %s{fitted (Array.last known)}."

    /// Means of the blocks that do not lie on the diagonal, within the classes and between them; none where a class has too few.
    let blocks (picture: KernelPicture) : (float * float) option =
        let isNegative k = k < picture.Negative

        let mean isWithin =
            [|
                for i in 0 .. picture.Size - 1 do
                    for j in 0 .. picture.Size - 1 do
                        if i <> j && (isNegative i = isNegative j) = isWithin then
                            picture.Values[i * picture.Size + j]
            |]
            |> function
                | [||] -> None
                | values -> Some(Array.average values)

        Option.map2 (fun within between -> within, between) (mean true) (mean false)

    let picture (picture: KernelPicture) : string =
        let told =
            match blocks picture with
            | Some(within, between) ->
                $" Off the diagonal they are %s{NumberText.number within} on average within a class and %s{NumberText.number between} between the classes: what a classifier can use is the difference."
            | None -> ""

        $"Block means of Θ(x, z) over its mean diagonal, rows sorted by target. Blocks on the diagonal hold each row's kernel with itself.%s{told}"

    let eigenvalues (ridge: float) (values: float[]) : string =
        let total = values |> Array.sumBy (max 0.0)
        let above = values |> Array.filter (fun value -> value > ridge) |> Array.length

        let shares =
            if total > 0.0 then
                let share count =
                    values |> Array.truncate count |> Array.sumBy (max 0.0) |> (fun sum -> sum / total)

                $" The largest is %s{NumberText.percent (share 1)} of their sum, the ten largest are %s{NumberText.percent (share 10)}; %s{NumberText.count above} of %s{NumberText.count values.Length} lie above λ."
            else
                ""

        $"Eigenvalues of Θ on the training rows. Of a direction with eigenvalue Λ, ridge regression learns the share Λ/(Λ + λ): more than half above the line, less below it.%s{shares}"
