namespace NtkPipeline.Core

open TorchSharp

/// The tangent kernel of one random finite network, from matrix to matrix. With several outputs it is the mean over them.
[<RequireQualifiedAccess>]
module EmpiricalKernel =

    let private refuse (name: string) firstNonFinite m =
        match firstNonFinite m with
        | Some(row, column) ->
            Error(NumbersRefused $"%s{name}: row %d{row}, column %d{column} (from 0) is not a finite number")
        | None -> Ok()

    let private compute
        dtype
        (ofMatrix: Matrix<'t> -> torch.Tensor)
        (toMatrix: torch.Tensor -> Matrix<'t>)
        (firstNonFinite: Matrix<'t> -> (int * int) option)
        (plan: EmpiricalPlan)
        (network: Network)
        (seed: Seed)
        (x: Matrix<'t>)
        (z: Matrix<'t> option)
        : Result<Matrix<'t>, PipelineError> =
        match refuse "x" firstNonFinite x, z |> Option.map (refuse "z" firstNonFinite) with
        | Error e, _
        | _, Some(Error e) -> Error e
        | Ok(), _ ->
            use _ = torch.NewDisposeScope()
            let theta = Forward.draw network x.Columns seed dtype
            let kernel = EmpiricalMethod.run plan.Method network theta (ofMatrix x) (Option.map ofMatrix z)
            let result = toMatrix kernel

            match refuse "the empirical kernel" firstNonFinite result with
            | Error e -> Error e
            | Ok() -> Ok result

    /// Rows of x × rows of z, or x with itself, float32.
    let single
        (plan: EmpiricalPlan)
        (network: Network)
        (seed: Seed)
        (x: Matrix<float32>)
        (z: Matrix<float32> option)
        =
        compute
            torch.float32
            Tensors.ofMatrix32
            Tensors.toMatrix32
            Matrix.firstNonFinite32
            plan
            network
            seed
            x
            z

    /// Rows of x × rows of z, or x with itself, float64.
    let double
        (plan: EmpiricalPlan)
        (network: Network)
        (seed: Seed)
        (x: Matrix<float>)
        (z: Matrix<float> option)
        =
        compute
            torch.float64
            Tensors.ofMatrix64
            Tensors.toMatrix64
            Matrix.firstNonFinite
            plan
            network
            seed
            x
            z

    /// The method that `asked` names ("auto" for the cheapest that fits into `memory` bytes), with its counted cost; refused
    /// where it cannot fit or where x and z differ in their columns.
    let plan
        (memory: float)
        (asked: string)
        (network: Network)
        (x: Matrix<'t>)
        (z: Matrix<'t> option)
        : Result<EmpiricalPlan, PipelineError> =
        match EmpiricalMethod.parse asked, z with
        | Error reason, _ -> Error(DataRefused reason)
        | Ok _, Some z when z.Columns <> x.Columns ->
            Error(DataRefused $"x has %d{x.Columns} columns and z %d{z.Columns}; a kernel needs equal ones")
        | Ok asked, _ ->
            let bytes = if typeof<'t> = typeof<float32> then 4 else 8
            EmpiricalMethod.plan memory asked network x.Columns x.Rows (z |> Option.map _.Rows) bytes
