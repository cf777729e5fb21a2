namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// A fine-tuned model beside what it began as, after each epoch from 0.
type OwnCourse = {
    /// ‖Θ̂_t − Θ̂₀‖/‖Θ̂₀‖ of the mean over outputs, and centred alignment with Θ̂₀, on the probe rows.
    Movement: float[]
    Cka: float[]
    /// ‖θ_t − θ₀‖/‖θ₀‖ of all parameters.
    Weights: float[]
}

/// A model fine-tuned on all fitted rows.
type OwnTuned = {
    /// At the validation rows.
    Trail: OwnTrail
    /// The same of the model made linear in its parameters at the weights as they come, trained by the same steps.
    Linearised: OwnTrail
    Course: OwnCourse
    /// J(θ₀)·(θ − θ₀) at the validation rows, rows × outputs, where it was stopped; no rows where that was not reached.
    FirstOrder: Matrix<float>
    /// Θ̂₀ and Θ̂ of the probe rows there.
    Before: Matrix<float>
    After: Matrix<float>
    /// All parameters there; none where that was not reached.
    Weights: OwnWeights option
}

/// Stage: a model, its rows, Λ_max of its tangent kernel and the epoch to stop at → the model fine-tuned on all fitted rows, its tangent kernel
/// followed, and its linearisation trained by the same steps.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module OwnTuned =

    let private square (tensors: torch.Tensor[]) =
        tensors |> Array.sumBy (fun t -> t.``to``(torch.float64).square().sum().item<float>())

    /// One epoch of the course: how far the kernel and the weights are from where they began.
    let private measured
        (first: Matrix<float>)
        (now: Matrix<float>)
        (origin: torch.Tensor[])
        (leaves: torch.Tensor[])
        =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let before, after = Tensors.ofMatrix64 first, Tensors.ofMatrix64 now
        let alignment = KernelMeasures.alignments after [ KernelMeasures.centred before ] |> List.head

        let moved =
            Array.map2 (fun (leaf: torch.Tensor) (start: torch.Tensor) -> leaf.sub start) leaves origin
            |> square

        KernelMeasures.relativeChange after 1.0 before, alignment, sqrt (moved / max 1e-300 (square origin))

    let private whole setup seed ((((bytes, facts), rows), fit): OwnTune.Asked, stop: OwnStop) =
        result {
            use _ = torch.NewDisposeScope()
            let! f = OwnLook.opened setup (bytes, facts) rows
            let! atStart = OwnLook.opened setup (bytes, facts) rows
            let lane = OwnTraining.lane f rows.Kept (OwnTune.targets setup rows) rows.Held
            let probe = Matrix.gatherRows (Probe.rows setup.ProbeRows rows.Kept.Rows) rows.Kept
            let leaves = OwnFunction.leaves f
            let origin = leaves |> Array.map (fun leaf -> leaf.detach().clone())
            let! first = OwnGram.trace f probe
            let course = ResizeArray()
            let after, firstOrder, weights, refusal = ref first, ref [||], ref None, ref None

            let seen epoch =
                match OwnGram.trace f probe with
                | Error e ->
                    refusal.Value <- Some e
                    false
                | Ok now when (Matrix.firstNonFinite now).IsSome -> false
                | Ok now ->
                    course.Add(measured first now origin leaves)

                    if Some epoch = stop.Epoch then
                        use _ = torch.NewDisposeScope()

                        let delta =
                            Array.map2
                                (fun (l: torch.Tensor) (o: torch.Tensor) -> l.detach().sub o)
                                leaves
                                origin

                        firstOrder.Value <- OwnFunction.pushed atStart delta lane.Held
                        after.Value <- now
                        weights.Value <- Some(OwnWeights.ofModel f)

                    true

            let training = OwnTune.training setup facts fit
            let ofTrail = OwnTune.trail (rows.Held.Rows * f.OutputCount)
            let! path = OwnTune.refusing setup (fun () -> Ok(OwnTraining.ofModel training seed seen f lane))

            let! linearised =
                OwnTune.refusing setup (fun () -> Ok(OwnTraining.ofLinearised training seed atStart lane))

            match refusal.Value with
            | Some e -> return! Error e
            | None ->
                return {
                    Trail = ofTrail path
                    Linearised = ofTrail linearised
                    Course = {
                        Movement = [| for movement, _, _ in course -> movement |]
                        Cka = [| for _, cka, _ in course -> cka |]
                        Weights = [| for _, _, weights in course -> weights |]
                    }
                    FirstOrder =
                        Matrix.create (firstOrder.Value.Length / f.OutputCount) f.OutputCount firstOrder.Value
                    Before = first
                    After = after.Value
                    Weights = weights.Value
                }
        }

    let private codec: Codec<OwnTuned> =
        Codec.pair
            ("paths",
             Codec.pair
                 ("course", Codec.json<OwnCourse> "own-course/1")
                 ("trails", Codec.pair ("model", OwnTune.codec) ("linearised", OwnTune.codec)))
            ("stop",
             Codec.pair
                 ("change", Codec.pair ("first-order", Codec.matrix64) ("weights", OwnWeights.codec))
                 ("probe", Codec.pair ("before", Codec.matrix64) ("after", Codec.matrix64)))
        |> Codec.map
            "own-tuned/2"
            (fun t -> (t.Course, (t.Trail, t.Linearised)), ((t.FirstOrder, t.Weights), (t.Before, t.After)))
            (fun ((course, (trail, linearised)), ((firstOrder, weights), (before, after))) ->
                if before.Rows = after.Rows then
                    Ok {
                        Trail = trail
                        Linearised = linearised
                        Course = course
                        FirstOrder = firstOrder
                        Before = before
                        After = after
                        Weights = weights
                    }
                else
                    Error "its kernels are not of the same rows")

    let stage (setup: OwnSetup) : Stage<OwnTune.Asked * OwnStop, OwnTuned> = {
        Name = "own-model/tuned"
        Version = 1
        Settings = $"%s{OwnTune.settings setup}, probe %d{setup.ProbeRows}"
        Codec = codec
        Body = Seeded(whole setup)
    }
