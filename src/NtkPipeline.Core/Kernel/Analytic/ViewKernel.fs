namespace NtkPipeline.Core

/// A kernel of tweets of which each is seen in several ways, by name: as a sentence, a keyword, a place. Rows of a view have
/// norm 1, or 0 where the tweet shows nothing there.
type ViewKernel =
    /// Θ of the views side by side, each multiplied by its weight and the whole brought to norm 1: one network that sees all.
    | Beside of views: (float * string) list
    /// Σ w² Θ of each view alone: a network for each view, their outputs added.
    | Sum of views: (float * string) list

/// The rows of every view: name, and one row a tweet.
type Views = (string * Matrix<float32>) list

[<RequireQualifiedAccess>]
module ViewKernel =

    let private weights =
        function
        | Beside views
        | Sum views -> views

    let private find (views: Views) name =
        match views |> List.tryFind (fun (known, _) -> known = name) with
        | Some(_, rows) -> rows
        | None -> invalidArg (nameof name) $"there is no view called %s{name}"

    let private matching kernel (views: Views) =
        weights kernel
        |> List.filter (fun (weight, _) -> weight <> 0.0)
        |> List.map (fun (weight, name) -> weight, find views name)

    /// Rows of several views side by side, each view's multiplied by its weight. All have the same number of rows.
    let join (parts: (float * Matrix<float32>) list) : Matrix<float32> =
        let rows = (snd parts.Head).Rows

        if parts |> List.exists (fun (_, part) -> part.Rows <> rows) then
            invalidArg (nameof parts) "views side by side are of the same tweets"

        let columns = parts |> List.sumBy (fun (_, part) -> part.Columns)
        let values = Array.zeroCreate<float32>(rows * columns)
        let mutable first = 0

        for weight, part in parts do
            for i in 0 .. rows - 1 do
                for j in 0 .. part.Columns - 1 do
                    values[i * columns + first + j] <- float32 (weight * float part[i, j])

            first <- first + part.Columns

        Matrix.create rows columns values

    let private unitJoin parts = join parts |> Pca.normaliseRows |> fst

    let private addScaled (weight: float) (total: Matrix<float32>) (part: Matrix<float32>) =
        Matrix.create
            total.Rows
            total.Columns
            (Array.map2 (fun sum k -> sum + float32 (weight * weight) * k) total.Values part.Values)

    /// The kernel of all tweets with those of `others` (none: with one another), float32. One weight at least is not 0.
    let gram
        (kernel: ViewKernel)
        (views: Views)
        (others: Views option)
        : Result<Matrix<float32>, PipelineError> =
        let parts = matching kernel views
        let otherParts = others |> Option.map (matching kernel)

        match kernel with
        | _ when parts.IsEmpty -> invalidArg (nameof kernel) "a kernel of no view"
        | Beside _ -> BaseKernel.gram (unitJoin parts) (Option.map unitJoin otherParts)
        | Sum _ ->
            let grams =
                parts
                |> List.mapi (fun k (weight, rows) ->
                    otherParts
                    |> Option.map (fun others -> snd others[k])
                    |> BaseKernel.gram rows
                    |> Result.map (fun gram -> weight, gram))

            (None, grams)
            ||> List.fold (fun total gram ->
                match total, gram with
                | Some(Error e), _
                | _, Error e -> Some(Error e)
                | None, Ok(weight, gram) ->
                    Some(Ok(Matrix.map (fun k -> float32 (weight * weight) * k) gram))
                | Some(Ok total), Ok(weight, gram) -> Some(Ok(addScaled weight total gram)))
            |> Option.defaultWith (fun () -> invalidOp "a sum of no kernels")
