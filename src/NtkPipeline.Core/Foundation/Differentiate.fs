namespace NtkPipeline.Core

open System
open TorchSharp

/// Derivatives of functions on tensors, exact, over LibTorch's reverse mode, under DiffSharp's names and argument order:
/// the function, the point, then the direction. The twin with an `f` before its name gives the function's value too.
/// Every result is itself differentiable, so these functions nest, in one another and in functions that close over
/// variables of an outer one: an inner variable is a node of its own (no perturbation confusion). Detach what is final.
/// x may have any shape; where a matrix is returned, x and f(x) are counted row by row.
[<RequireQualifiedAccess>]
module Differentiate =

    /// x as a new node to differentiate by, hung on x where x is itself being differentiated by.
    let private variable (x: torch.Tensor) : torch.Tensor =
        if x.requires_grad then
            x.view x.shape
        else
            x.detach().clone().requires_grad_ true

    /// ∂(y·v)/∂x as a differentiable tensor; zeros where y does not depend on x.
    let private pullBack (y: torch.Tensor) (x: torch.Tensor) (v: torch.Tensor) : torch.Tensor =
        if not y.requires_grad then
            torch.zeros_like x
        else
            let gradients =
                torch.autograd.grad (
                    [| y |],
                    [| x |],
                    grad_outputs = [| v |],
                    retain_graph = true,
                    create_graph = true,
                    allow_unused = true
                )

            match Seq.head gradients with
            | null -> torch.zeros_like x
            | gradient -> gradient

    let private expectShape (name: string) (v: torch.Tensor) (like: torch.Tensor) =
        if v.shape <> like.shape then
            invalidArg name $"a direction of shape %A{v.shape} does not fit shape %A{like.shape}"

    let private expectScalar (y: torch.Tensor) =
        if y.numel () <> 1L then
            invalidArg "f" $"a gradient is of one number, not of shape %A{y.shape}"

    /// Runs a computation of (value, derivative) with autograd on, and hands out just these two.
    let private handOut (work: unit -> torch.Tensor * torch.Tensor) : torch.Tensor * torch.Tensor =
        use _ = torch.NewDisposeScope()
        use _ = torch.enable_grad ()
        let value, derivative = work ()
        value.MoveToOuterDisposeScope(), derivative.MoveToOuterDisposeScope()

    let private derivativeOnly (value: torch.Tensor, derivative: torch.Tensor) : torch.Tensor =
        value.Dispose()
        derivative

    /// f(x) and vᵀ·∂f/∂x, in x's shape; v has the shape of f(x).
    let fjacobianTv (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) (v: torch.Tensor) =
        handOut (fun () ->
            let x = variable x
            let y = f x
            expectShape (nameof v) v y
            y.alias (), (pullBack y x v).alias())

    /// vᵀ·∂f/∂x: the vector–Jacobian product, one backward pass.
    let jacobianTv (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) (v: torch.Tensor) : torch.Tensor =
        fjacobianTv f x v |> derivativeOnly

    /// f(x) and ∂f/∂x·v, in the shape of f(x); v has x's shape. uᵀ·∂f/∂x is linear in u, so its derivative by u, pulled back
    /// along v, is ∂f/∂x·v: two reverse passes, exact.
    let fjacobianv (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) (v: torch.Tensor) =
        handOut (fun () ->
            let x = variable x
            expectShape (nameof v) v x
            let y = f x
            let u = torch.zeros_like(y).detach().requires_grad_ true
            y.alias (), (pullBack (pullBack y x u) u v).alias())

    /// ∂f/∂x·v: the Jacobian–vector product.
    let jacobianv (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) (v: torch.Tensor) : torch.Tensor =
        fjacobianv f x v |> derivativeOnly

    /// f(x) and its gradient in x's shape; f(x) is one number.
    let fgrad (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) =
        handOut (fun () ->
            let x = variable x
            let y = f x
            expectScalar y
            y.alias (), (pullBack y x (torch.ones_like y)).alias())

    /// The gradient of a function whose value is one number.
    let grad (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) : torch.Tensor = fgrad f x |> derivativeOnly

    /// f(x) and ∇f(x)·v; f(x) is one number.
    let fgradv (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) (v: torch.Tensor) =
        let scalar x =
            let y = f x
            expectScalar y
            y

        fjacobianv scalar x v

    /// ∇f(x)·v: the directional derivative.
    let gradv (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) (v: torch.Tensor) : torch.Tensor =
        fgradv f x v |> derivativeOnly

    /// f(x) and ∂f/∂x as a matrix: a row an entry of f(x), a column an entry of x. One backward pass a row.
    let fjacobian (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) =
        handOut (fun () ->
            let x = variable x
            let y = f x
            let entries = y.reshape -1L

            let row (i: int64) = (pullBack entries[i] x (torch.ones_like entries[i])).reshape -1L

            let rows = [| for i in 0L .. entries.shape[0] - 1L -> row i |]

            let matrix =
                if rows.Length = 0 then
                    torch.zeros ([| 0L; x.numel () |], dtype = x.dtype, device = x.device)
                else
                    torch.stack rows

            y.alias (), matrix)

    /// ∂f/∂x as a matrix.
    let jacobian (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) : torch.Tensor =
        fjacobian f x |> derivativeOnly

    /// f(x) and the Jacobian of each row of a batch, N × outputs × inputs, for an f that maps rows to rows without mixing
    /// them: one backward pass an output, whatever N.
    let fjacobianOfRows (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) =
        handOut (fun () ->
            let x = variable x
            let y = f x

            let output (o: int64) =
                let column = y.select (1, o)
                pullBack column x (torch.ones_like column)

            y.alias (), torch.stack ([| for o in 0L .. y.shape[1] - 1L -> output o |], 1L))

    /// The Jacobian of each row of a batch, N × outputs × inputs.
    let jacobianOfRows (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) : torch.Tensor =
        fjacobianOfRows f x |> derivativeOnly

    /// f(x) and the matrix of its second derivatives; f(x) is one number.
    let fhessian (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) = f x, jacobian (grad f) x

    /// The matrix of second derivatives of a function whose value is one number.
    let hessian (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) : torch.Tensor = jacobian (grad f) x

    /// f(x) and its Hessian times v, in x's shape.
    let fhessianv (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) (v: torch.Tensor) =
        f x, jacobianTv (grad f) x v

    /// The Hessian times v, without the Hessian.
    let hessianv (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) (v: torch.Tensor) : torch.Tensor =
        jacobianTv (grad f) x v

    /// f(x) and df/dx, for a function of one number; f(x) may have any shape.
    let fdiff (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) =
        if x.numel () <> 1L then
            invalidArg (nameof x) $"diff differentiates by one number, not by shape %A{x.shape}"

        fjacobianv f x (torch.ones_like x)

    /// df/dx, for a function of one number.
    let diff (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) : torch.Tensor = fdiff f x |> derivativeOnly

    /// dⁿf/dxⁿ, for a function of one number; n = 0 is f(x).
    let rec diffn (n: int) (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) : torch.Tensor =
        if n < 0 then invalidArg (nameof n) "a derivative has an order of 0 or above"
        elif n = 0 then f x
        else diffn (n - 1) (diff f) x

    /// f(x) and dⁿf/dxⁿ, for a function of one number.
    let fdiffn (n: int) (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) = f x, diffn n f x
