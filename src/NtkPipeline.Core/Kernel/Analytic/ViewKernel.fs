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

    /// total ← total + w² part, in place: a sum of many kernels holds two of them at a time. The first part becomes the total.
    let private accumulate (weight: float) (total: Matrix<float32> option) (part: Matrix<float32>) =
        let scale = float32 (weight * weight)

        match total with
        | None ->
            for k in 0 .. part.Values.Length - 1 do
                part.Values[k] <- scale * part.Values[k]

            part
        | Some total ->
            for k in 0 .. total.Values.Length - 1 do
                total.Values[k] <- total.Values[k] + scale * part.Values[k]

            total

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
            let others k = otherParts |> Option.map (fun others -> snd others[k])

            let rec sum total k remaining =
                match total, remaining with
                | Some total, [] -> Ok total
                | None, [] -> invalidOp "a sum of no kernels"
                | _, (weight, rows) :: rest ->
                    BaseKernel.gram rows (others k)
                    |> Result.bind (fun part -> sum (Some(accumulate weight total part)) (k + 1) rest)

            sum None 0 parts
