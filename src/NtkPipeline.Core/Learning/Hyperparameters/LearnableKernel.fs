namespace NtkPipeline.Core

open TorchSharp

/// One network's part of the vector of logarithms: where its own begin, and where its weight stands, if it has one.
type LearnablePart = { Network: Network; First: int; Weight: int option }

/// The kernel matrix of some rows as a function of logarithms of hyperparameters.
[<NoEquality; NoComparison>]
type LearnableKernel = {
    Parts: LearnablePart list
    /// What each place of the vector is called, and its value in the networks as they are written.
    Names: string[]
    Start: float[]
    Rows: int
    /// Pairs of rows as each network sees them, and their places in the matrix.
    Chunks: (PolarTensor[] * struct (int * int)[])[]
    /// The kernel's entries for some pairs; differentiable.
    Entries: PolarTensor[] -> torch.Tensor -> torch.Tensor
}

/// Values and derivatives a chunk of pairs at a time, so that memory holds N² numbers, not N² for every operation.
[<RequireQualifiedAccess>]
module LearnableKernel =

    /// Pairs of rows at a time.
    let private chunk = 1 <<< 16

    let private pairsOf (n: int) = [|
        for i in 0 .. n - 1 do
            for j in i .. n - 1 do
                struct (i, j)
    |]

    /// Where each network's hyperparameters stand in the vector; a weight for each where there are several.
    let parts (networks: Network list) : LearnablePart list =
        let isSum = networks.Length > 1

        let place next network =
            let count = (TensorKernel.parameters network).Length
            let weight = if isSum then Some(next + count) else None
            { Network = network; First = next; Weight = weight }, next + count + (if isSum then 1 else 0)

        List.mapFold place 0 networks |> fst

    /// `features`: the columns that each network sees.
    let private entries
        kind
        (features: int[])
        (parts: LearnablePart list)
        (pairs: PolarTensor[])
        (h: torch.Tensor)
        =
        parts
        |> List.mapi (fun k part ->
            let values = TensorKernel.values kind part.Network features[k] pairs[k] part.First h

            match part.Weight with
            | Some at -> h.select(0L, int64 at).exp() * values
            | None -> values)
        |> List.reduce (+)

    /// The pairs of every view, each made once however many networks see it.
    let private pairsOfViews (views: Matrix<float>[]) =
        /// The first view that is this very matrix.
        let place =
            views
            |> Array.map (fun view ->
                views |> Array.findIndex (fun other -> obj.ReferenceEquals(other, view)))

        let rows = Array.distinct place |> Array.map (fun k -> k, UnitRows.ofMatrix views[k])

        fun first second ->
            let made = rows |> Array.map (fun (k, rows) -> k, PolarRows.pairs rows first second)
            place |> Array.map (fun k -> made |> Array.find (fst >> (=) k) |> snd)

    /// The kernel of one network, or the weighted sum of several, each of the rows that it sees; weights start at 1.
    let create (kind: KernelKind) (networks: Network list) (views: Matrix<float> list) : LearnableKernel =
        let parts = parts networks
        let views = Array.ofList views
        let rowCount = views[0].Rows
        let pairs = pairsOfViews views

        let names, start =
            parts
            |> List.mapi (fun k part -> [|
                let prefix = if parts.Length > 1 then $"network %d{k + 1}: " else ""

                for name, value in TensorKernel.parameters part.Network do
                    prefix + name, value

                if part.Weight.IsSome then
                    $"%s{prefix}weight", 0.0
            |])
            |> Array.concat
            |> Array.unzip

        {
            Parts = parts
            Names = names
            Start = start
            Rows = rowCount
            Chunks =
                pairsOf rowCount
                |> Array.chunkBySize chunk
                |> Array.map (fun indices ->
                    let first, second = indices |> Array.map (fun (struct (i, j)) -> i, j) |> Array.unzip
                    pairs first second, indices)
            Entries = entries kind (views |> Array.map _.Columns) parts
        }

    /// Whether the logarithms are those of networks that can be written down.
    let isSound (kernel: LearnableKernel) (h: float[]) : bool =
        kernel.Parts
        |> List.forall (fun part -> TensorKernel.withParameters h[part.First ..] part.Network |> Result.isOk)

    /// The whole symmetric matrix, row by row.
    let matrix (kernel: LearnableKernel) (h: float[]) : float[] =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let n = kernel.Rows
        let values = Array.zeroCreate<float>(n * n)
        let point = Tensors.ofArray64 h

        for pairs, indices in kernel.Chunks do
            use _ = torch.NewDisposeScope()
            let found = kernel.Entries pairs point |> Tensors.toArray64

            indices
            |> Array.iteri (fun k (struct (i, j)) ->
                values[i * n + j] <- found[k]
                values[j * n + i] <- found[k])

        values

    /// The gradient by the logarithms of something whose derivative by each entry of the matrix is known.
    let pullBack (kernel: LearnableKernel) (h: float[]) (byEntries: float[]) : float[] =
        let n, sum = kernel.Rows, Array.zeroCreate<float> h.Length

        for pairs, indices in kernel.Chunks do
            use _ = torch.NewDisposeScope()

            let weights =
                indices
                |> Array.map (fun (struct (i, j)) ->
                    if i = j then
                        byEntries[i * n + i]
                    else
                        byEntries[i * n + j] + byEntries[j * n + i])

            let gradient =
                Differentiate.jacobianTv
                    (kernel.Entries pairs)
                    (Tensors.ofArray64 h)
                    (Tensors.ofArray64 weights)

            Tensors.toArray64 gradient |> Array.iteri (fun k g -> sum[k] <- sum[k] + g)

        sum
