namespace NtkPipeline.Core

open TorchSharp

/// A model as a function of many rows, in the outputs that a task asks for.
[<NoEquality; NoComparison>]
type OwnFunction = {
    /// How the file was named.
    File: string
    /// Its outputs are those of the task: rows × `OutputCount`.
    Model: OwnModel
    /// One row's axes as the model takes it.
    Shape: int64[]
    OutputCount: int
    /// Whether rows that are given together come out as each does alone.
    TakesBatches: bool
}

[<RequireQualifiedAccess>]
module OwnFunction =

    /// The parameters, in the order of the file.
    let leaves (f: OwnFunction) : torch.Tensor[] = [| for parameter in f.Model.Parameters -> parameter.Leaf |]

    let private given (f: OwnFunction) (x: torch.Tensor) =
        let y = f.Model.Apply(x.reshape (Array.append [| x.shape[0] |] f.Shape))
        y.reshape (x.shape[0], int64 f.OutputCount)

    /// f of rows n × columns: n × outputs. Differentiable.
    let outputs (f: OwnFunction) (x: torch.Tensor) : torch.Tensor =
        if f.TakesBatches then
            given f x
        else
            torch.cat ([| for i in 0L .. x.shape[0] - 1L -> given f (x.narrow (0L, i, 1L)) |], 0L)

    /// Rows whose outputs are computed together where nothing is differentiated.
    let private atOnce = 512L

    let private slices (x: torch.Tensor) = [|
        for start in 0L .. atOnce .. x.shape[0] - 1L -> x.narrow (0L, start, min atOnce (x.shape[0] - start))
    |]

    /// The same as numbers, row by row.
    let values (f: OwnFunction) (x: torch.Tensor) : float[] =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        slices x |> Array.collect (outputs f >> Tensors.toArray64)

    /// f with its graph, and J·δ for a direction δ of the parameters; both rows × outputs. u·J is linear in u, so that its derivative by u
    /// along δ is J·δ: two reverse passes, exact.
    let linear (f: OwnFunction) (delta: torch.Tensor[]) (x: torch.Tensor) : torch.Tensor * torch.Tensor =
        let y = outputs f x
        let u = torch.zeros_like(y).detach().requires_grad_ true

        let pulled =
            torch.autograd.grad (
                [| y |],
                leaves f,
                grad_outputs = [| u |],
                retain_graph = true,
                create_graph = true,
                allow_unused = true
            )

        let used = [|
            for pulled, direction in Seq.zip pulled delta do
                if not (isNull (box pulled) || pulled.IsInvalid) && pulled.requires_grad then
                    pulled, direction
        |]

        let pushed =
            torch.autograd.grad (
                used |> Array.map fst,
                [| u |],
                grad_outputs = (used |> Array.map snd),
                retain_graph = true
            )

        y, Seq.head pushed

    /// J·δ as numbers, row by row, with no graph left.
    let pushed (f: OwnFunction) (delta: torch.Tensor[]) (x: torch.Tensor) : float[] =
        use _ = torch.NewDisposeScope()
        use _ = torch.enable_grad ()

        slices x
        |> Array.collect (fun slice ->
            use _ = torch.NewDisposeScope()
            Tensors.toArray64 ((snd (linear f delta slice)).detach()))

    /// The same model, which takes rows together if that changes none of these rows' outputs but by rounding.
    let inBatches (rows: torch.Tensor) (f: OwnFunction) : OwnFunction =
        let tolerance = if OwnModelFile.isSingle f.Model then 1e-5 else 1e-12

        let found =
            OwnModel.attempt (fun () ->
                let each = values { f with TakesBatches = false } rows
                let together = values { f with TakesBatches = true } rows
                let gap = Array.map2 (fun a b -> abs (a - b)) each together |> Array.max
                gap <= tolerance * (each |> Array.map abs |> Array.max))

        {
            f with
                TakesBatches =
                    match found with
                    | Ok agrees -> agrees
                    | Error _ -> false
        }
