namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// The tangent kernel of a model's file that somebody asks for.
[<NoEquality; NoComparison>]
type OwnRequest = {
    Model: OwnModel
    /// How the file was named.
    File: string
    /// One row's axes, where a person says them.
    RowShape: int64 list option
    Outputs: Outputs
}

/// A request that fits: what it does to one row, and what it takes.
[<NoEquality; NoComparison>]
type OwnPlan = {
    Shape: int64[]
    OutputCount: int
    Side: int
    /// Rows whose Jacobians are formed in all: a row of tiles has its own, and forms those of its other tiles again.
    Prepared: float
    /// Products of Jacobians, and memory; the Jacobians' own operations are not in it, since a file's program does not say them.
    Cost: Cost
    /// Forms the Jacobian of the first row once more: what it takes is what every row takes.
    OneRow: unit -> unit
}

/// The tangent kernel Θ̂(x, z) = ∇θ f(x)·∇θ f(z) of a model's file, over all of its parameters, by its definition J(X) J(Z)ᵀ.
[<RequireQualifiedAccess>]
module OwnKernel =

    /// Raised when the same request would give other bytes.
    let private version = "own-kernel/1"

    let private block (side: int) = min side (EmpiricalMethod.block Contraction)

    let private sides = List.unfold (fun side -> if side < 1 then None else Some(side, side / 2)) 2048

    let private form (request: OwnRequest) : KernelForm = { Outputs = request.Outputs; IsByLayer = false }

    /// Until a TorchScript program has run so often, LibTorch looks at what it is given and makes the program faster by it: later runs have
    /// the same bits.
    let private runsUntilSteady = 4

    let private refuse (request: OwnRequest) (clause: string) =
        Error(DataRefused $"%s{request.File}: %s{clause}.")

    let private cost (request: OwnRequest) (outputs: int) (size: KernelSize) (side: int) : Cost =
        let _, pairs = Cost.work size side
        let numbers = float (KernelForm.numbers (form request) outputs)
        let height = float (min side size.RowCount)
        let width = float (min side (defaultArg size.ColumnCount size.RowCount))

        let held =
            if size.ColumnCount.IsNone && size.RowCount <= side then
                height
            else
                height + width

        let row = float outputs * float (OwnModel.count request.Model)
        let numbersOfPair = max 1.0 (numbers / float outputs)

        {
            Flops = 2.0 * pairs * numbersOfPair * row
            Bytes =
                float size.BytesPerNumber
                * (height * width * numbers
                   + held * row
                   + float (block side) * float (block side) * numbers
                   + 4.0 * float (OwnModel.count request.Model))
        }

    /// Computes the first row until the model is steady: how many outputs it has.
    let private begun (request: OwnRequest) (shape: int64[]) (row: torch.Tensor) =
        OwnModel.attempt (fun () ->
            let outputs =
                use _ = torch.NewDisposeScope()
                use _ = torch.enable_grad ()
                int ((OwnJacobian.outputs request.Model shape row[0]).numel())

            if outputs = 0 then
                raise (ModelStop "it has no output")

            for _ in 1..runsUntilSteady do
                (OwnJacobian.ofRows request.Model shape outputs row).Dispose()

            outputs)

    /// Tries the model on the first row of x, and finds the largest tiles that fit into `memory` bytes. `stored`: a row's axes in the file of
    /// rows. Refused where the model cannot compute that row, where rows do not fit it, and where not even tiles of one row fit.
    let plan
        (precision: Precision<'t>)
        (memory: float)
        (request: OwnRequest)
        (stored: int64 list)
        (x: RowSource<'t>)
        (z: RowSource<'t> option)
        : Result<OwnPlan, PipelineError> =
        result {
            do! StripTiles.check precision (fun _ _ -> ()) x z

            if x.RowCount = 0 then
                return! KernelInputs.refuse "x has no rows"

            let! shape =
                match OwnModel.rowShape request.RowShape stored x.ColumnCount request.Model with
                | Ok shape -> Ok(Array.ofList shape)
                | Error clause -> refuse request clause

            let! first = x.Read 0 1
            use kept = torch.NewDisposeScope()
            let row = (precision.Tensor first.Values [| 1L; -1L |]).clone()

            let! outputs =
                begun request shape row
                |> Result.mapError (fun clause ->
                    DataRefused $"%s{request.File}: on the first row: %s{clause}.")

            let size = {
                FeatureCount = x.ColumnCount
                RowCount = x.RowCount
                ColumnCount = z |> Option.map _.RowCount
                BytesPerNumber = precision.Bytes
            }

            let! side, cost =
                EmpiricalPlan.fit memory (cost request outputs size) sides
                |> Result.mapError (fun smallest ->
                    MachineLacks
                        $"%s{request.File}: a tile of one row needs %s{MemoryNeed.whole smallest.Bytes} of memory for the gradients of %d{outputs} outputs by %d{OwnModel.count request.Model} parameters, and %s{MemoryNeed.whole memory} may be used; take a model of fewer, or more memory")

            kept.Detach row |> ignore

            return {
                Shape = shape
                OutputCount = outputs
                Side = side
                Prepared = fst (Cost.work size side)
                Cost = cost
                OneRow = fun () -> (OwnJacobian.ofRows request.Model shape outputs row).Dispose()
            }
        }

    let private stopping (request: OwnRequest) (tiles: KernelTiles<'t>) = {
        tiles with
            ComputeRow =
                fun top lefts receive ->
                    try
                        tiles.ComputeRow top lefts receive
                    with :? ModelStop as stop ->
                        refuse request stop.Message
    }

    /// The kernel of the rows of x with those of z (none: with themselves), by its plan.
    let job
        (precision: Precision<'t>)
        (machine: TensorMachine)
        (request: OwnRequest)
        (plan: OwnPlan)
        (x: RowSource<'t>)
        (z: RowSource<'t> option)
        : KernelJob<'t> =
        let form = form request
        let pair _ = KernelBlocks.contractAll form

        let tiles =
            EmpiricalTiles.tiles
                precision
                torch.CPU
                None
                (KernelForm.inner form plan.OutputCount)
                plan.Side
                x
                z
                {
                    Prepare =
                        KernelBlocks.cut
                            (int64 (block plan.Side))
                            (OwnJacobian.ofRows request.Model plan.Shape plan.OutputCount)
                    Between = KernelBlocks.fillBetween form pair
                    Symmetric = KernelBlocks.fillSymmetric form pair
                }

        {
            Tiles = stopping request tiles
            Cost = Some(Cost.printWhole plan.Cost)
            Recipe = [
                version
                request.Model.Format
                precision.Name
                $"%A{plan.Shape}"
                Fingerprint.describe form
                $"tiles of %d{plan.Side}"
                $"%d{machine.Threads} threads"
            ]
        }
