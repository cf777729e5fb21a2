namespace NtkPipeline.Core

open TorchSharp

/// An optimiser at work: gradients, one for each parameter tensor and of its shape, become a step in place.
[<RequireQualifiedAccess>]
module GradientSteps =

    let private descent (rate: float) (parameters: torch.Tensor[]) =
        Array.iter2
            (fun (parameter: torch.Tensor) (gradient: torch.Tensor) ->
                parameter.sub_ (gradient.mul (rate.ToScalar())) |> ignore)
            parameters

    let private heavyBall (beta: float) (rate: float) (parameters: torch.Tensor[]) =
        let velocities = parameters |> Array.map torch.zeros_like

        fun (gradients: torch.Tensor[]) ->
            Array.iter2
                (fun (v: torch.Tensor) (g: torch.Tensor) -> v.mul_(beta.ToScalar()).add_ g |> ignore)
                velocities
                gradients

            descent rate parameters velocities

    let private adam struct (beta1: float, beta2: float, epsilon: float) (rate: float) parameters =
        let first: torch.Tensor[] = parameters |> Array.map torch.zeros_like
        let second: torch.Tensor[] = parameters |> Array.map torch.zeros_like
        let mutable taken = 0

        fun (gradients: torch.Tensor[]) ->
            taken <- taken + 1
            let size = rate / (1.0 - beta1 ** float taken)
            let root = sqrt (1.0 - beta2 ** float taken)

            for k in 0 .. parameters.Length - 1 do
                let m, v, g = first[k], second[k], gradients[k]
                m.mul_(beta1.ToScalar()).add_(g, (1.0 - beta1).ToScalar()) |> ignore
                v.mul_(beta2.ToScalar()).addcmul_(g, g, (1.0 - beta2).ToScalar()) |> ignore
                let below = v.sqrt().div_(root.ToScalar()).add_(epsilon.ToScalar())
                parameters[k].addcdiv_(m, below, (-size).ToScalar()) |> ignore

    let private ofSigns (rate: float) (parameters: torch.Tensor[]) (gradients: torch.Tensor[]) =
        descent rate parameters (gradients |> Array.map _.sign())

    /// Begins with parameters that have not moved; what is given takes one step of size η (or s) each time. It remembers what the
    /// optimiser remembers, in tensors that belong to the caller's dispose scope. Numbers that make no optimiser are a bug of
    /// the caller.
    let start (optimiser: Optimiser) (rate: float) (parameters: torch.Tensor[]) : torch.Tensor[] -> unit =
        Optimiser.refusal optimiser |> Option.iter (invalidArg (nameof optimiser))

        let move =
            match optimiser with
            | Optimiser.Descent -> descent rate parameters
            | Optimiser.Momentum beta -> heavyBall beta rate parameters
            | Optimiser.Adam(beta1, beta2, epsilon) -> adam (struct (beta1, beta2, epsilon)) rate parameters
            | Optimiser.SignDescent -> ofSigns rate parameters

        fun gradients ->
            use _ = torch.NewDisposeScope()
            use _ = torch.no_grad ()
            move gradients
