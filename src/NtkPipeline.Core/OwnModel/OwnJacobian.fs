namespace NtkPipeline.Core

open TorchSharp

/// Gradients of a model's outputs by all of its parameters, exact by automatic differentiation.
[<RequireQualifiedAccess>]
module OwnJacobian =

    /// f of one row, its outputs in one line.
    let internal outputs (model: OwnModel) (shape: int64[]) (row: torch.Tensor) : torch.Tensor =
        let y = model.Apply(row.reshape (Array.append [| 1L |] shape))

        if not (y.is_floating_point ()) then
            raise (ModelStop $"its output is %O{y.dtype}, which has no gradient")

        if not y.requires_grad then
            raise (ModelStop "its output depends on none of its parameters")

        y.reshape -1L

    /// The gradient of one number by the leaves, in their order, written into `target`. A leaf that the number does not depend on has none.
    let private fill (leaves: torch.Tensor[]) (y: torch.Tensor) isLast (target: torch.Tensor) =
        use _ = torch.NewDisposeScope()

        let gradients = torch.autograd.grad ([| y |], leaves, retain_graph = not isLast, allow_unused = true)

        let mutable place = 0L

        for k in 0 .. leaves.Length - 1 do
            let length = leaves[k].numel()

            if not gradients[k].IsInvalid then
                target.narrow(0, place, length).copy_(gradients[k].reshape -1L) |> ignore

            place <- place + length

    /// ∂f_o(xᵢ)/∂θ: n × O × P for the rows of x (n × columns), each of which is given to the model alone, as 1 × shape. Rows cannot see one
    /// another, whatever the model does with a batch. One pass forward a row, and one back for every output. A row that the model refuses
    /// raises a `ModelStop`.
    let ofRows (model: OwnModel) (shape: int64[]) (count: int) (x: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        use _ = torch.enable_grad ()
        let leaves = [| for parameter in model.Parameters -> parameter.Leaf |]

        let result = torch.zeros ([| x.shape[0]; int64 count; OwnModel.count model |], dtype = model.Type)

        let ofRow (i: int64) =
            use _ = torch.NewDisposeScope()
            let y = outputs model shape x[i]

            if y.shape[0] <> int64 count then
                raise (ModelStop $"it gives %d{y.shape[0]} outputs for one row and %d{count} for another")

            for o in 0 .. count - 1 do
                fill leaves y[int64 o] (o = count - 1) (result[i].[int64 o])

        for i in 0L .. x.shape[0] - 1L do
            match OwnModel.attempt (fun () -> ofRow i) with
            | Ok() -> ()
            | Error clause -> raise (ModelStop clause)

        result.MoveToOuterDisposeScope()
