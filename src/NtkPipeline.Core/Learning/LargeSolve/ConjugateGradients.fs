namespace NtkPipeline.Core

open System

/// Preconditioned conjugate gradients on several systems at once: each has its own recursion, and all share every product with K
/// (Hestenes & Stiefel 1952; Golub & Van Loan 2013, §11.5). Sums are taken in order, so a run that was stopped and resumed
/// gives the same bits as one that was not.
[<RequireQualifiedAccess>]
module ConjugateGradients =

    let private dot (a: float[]) (b: float[]) =
        let mutable sum = 0.0

        for i in 0 .. a.Length - 1 do
            sum <- sum + a[i] * b[i]

        sum

    let private norm (a: float[]) = sqrt (dot a a)

    /// a + scale·b
    let private plus (scale: float) (a: float[]) (b: float[]) : float[] =
        let sum = Array.zeroCreate a.Length

        for i in 0 .. a.Length - 1 do
            sum[i] <- a[i] + scale * b[i]

        sum

    /// The recursion's residual differs from the true one by rounding; it is led a little below what is asked.
    let private safety = 0.9

    /// How often the recursion may start anew from the true residual, should it have parted from it.
    let private mostRestarts = 3

    let private stacked (rows: float[][]) = Matrix.ofRows rows[0].Length rows

    let private rowsOf (m: Matrix<float>) = Array.init m.Rows (fun k -> (Matrix.row k m).ToArray())

    let private check (systems: RidgeSystems) =
        if systems.Ridges.Length <> systems.Targets.Length || systems.Ridges.Length = 0 then
            invalidArg
                (nameof systems)
                $"%d{systems.Ridges.Length} ridges for %d{systems.Targets.Length} columns of targets"

        match systems.Ridges |> Array.tryFind (fun ridge -> not (ridge > 0.0 && Double.IsFinite ridge)) with
        | Some ridge ->
            Error(NumbersRefused $"a ridge of %g{ridge}: conjugate gradients need a positive, finite one")
        | None ->
            systems.Targets
            |> Array.fold (fun sound y -> sound |> Result.bind (fun () -> RegressionTargets.check y)) (Ok())

    let private refuse (systems: RidgeSystems) settings iterations (residuals: float[]) (reason: string) =
        let worst = residuals |> Array.indexed |> Array.maxBy snd |> fst

        Error(
            NumbersRefused
                $"conjugate gradients %s{reason} after %d{iterations} steps: with ridge %g{systems.Ridges[worst]} the residual is %.2g{residuals[worst]} of the targets, and %.2g{settings.Tolerance} was asked; use a higher rank, a larger ridge or more steps"
        )

    /// Solves all systems to ‖residual‖ ≤ tolerance·‖y‖, or refuses. `multiply` is K·v for each row v of a p × N matrix, whose refusal
    /// ends the solve, and `precondition` an approximate (K + λ)⁻¹ r likewise, with a λ for each row. `tell` is given the state after every step;
    /// `resumed` is one that was told before, for the same systems.
    let solve
        (multiply: Matrix<float> -> Result<Matrix<float>, PipelineError>)
        (precondition: float[] -> Matrix<float> -> Matrix<float>)
        (settings: GradientsSettings)
        (tell: GradientsState -> unit)
        (resumed: GradientsState option)
        (systems: RidgeSystems)
        : Result<GradientsSolution, PipelineError> =
        let all = [| 0 .. systems.Ridges.Length - 1 |]
        let norms = systems.Targets |> Array.map norm
        let relative (residuals: float[][]) = Array.map2 (fun r size -> norm r / size) residuals norms
        let isDone (residual: float) = residual <= safety * settings.Tolerance

        /// (K + λ)v of some systems.
        let shifted (which: int[]) (v: float[][]) =
            multiply (stacked v)
            |> Result.map (rowsOf >> Array.mapi (fun k product -> plus systems.Ridges[which[k]] product v[k]))

        let preconditioned (which: int[]) (r: float[][]) =
            stacked r |> precondition (which |> Array.map (fun system -> systems.Ridges[system])) |> rowsOf

        let start iteration trace solutions (residuals: float[][]) =
            let directions = preconditioned all residuals

            {
                Iteration = iteration
                Solutions = solutions
                Residuals = residuals
                Directions = directions
                Rho = Array.map2 dot residuals directions
                Trace = trace
            }

        /// One step of the systems that are not done, of whose directions these are the images; none where K + λ shows itself not positive definite.
        let step (state: GradientsState) (active: int[]) (images: float[][]) : GradientsState option =
            let pick (rows: 'a[]) = active |> Array.map (fun system -> rows[system])
            let directions = pick state.Directions
            let lengths = Array.map3 (fun rho d image -> rho / dot d image) (pick state.Rho) directions images

            if lengths |> Array.exists (fun length -> not (length > 0.0 && Double.IsFinite length)) then
                None
            else
                let put (rows: 'a[]) (values: 'a[]) =
                    let rows = Array.copy rows
                    Array.iter2 (fun system value -> rows[system] <- value) active values
                    rows

                let solutions = Array.map3 plus lengths (pick state.Solutions) directions

                let residuals =
                    Array.map3
                        (fun length r image -> plus -length r image)
                        lengths
                        (pick state.Residuals)
                        images

                let z = preconditioned active residuals
                let rho = Array.map2 dot residuals z

                let turned =
                    Array.init active.Length (fun k ->
                        plus (rho[k] / state.Rho[active[k]]) z[k] directions[k])

                let residuals = put state.Residuals residuals

                Some {
                    Iteration = state.Iteration + 1
                    Solutions = put state.Solutions solutions
                    Residuals = residuals
                    Directions = put state.Directions turned
                    Rho = put state.Rho rho
                    Trace = Array.append state.Trace [| Array.max (relative residuals) |]
                }

        /// To the end of the recursion, then the true residuals; anew from them where they are not what the recursion thinks.
        let rec run restarts (state: GradientsState) =
            let residuals = relative state.Residuals
            let active = all |> Array.filter (fun system -> not (isDone residuals[system]))

            if active.Length = 0 then
                match shifted all state.Solutions with
                | Error refusal -> Error refusal
                | Ok images ->
                    let rest = Array.map2 (plus -1.0) systems.Targets images
                    let found = relative rest

                    if found |> Array.forall (fun residual -> residual <= settings.Tolerance) then
                        Ok {
                            Solutions = state.Solutions
                            TrueResiduals = found
                            Iterations = state.Iteration
                            Trace = state.Trace
                        }
                    elif restarts = 0 then
                        refuse systems settings state.Iteration found "met the limit of rounding"
                    else
                        start state.Iteration state.Trace state.Solutions rest |> run (restarts - 1)
            elif state.Iteration >= settings.MostSteps then
                refuse systems settings state.Iteration residuals "did not converge"
            else
                match shifted active (active |> Array.map (fun system -> state.Directions[system])) with
                | Error refusal -> Error refusal
                | Ok images ->
                    match step state active images with
                    | None ->
                        refuse systems settings state.Iteration residuals "met a direction without curvature"
                    | Some next ->
                        tell next
                        run restarts next

        check systems
        |> Result.bind (fun () ->
            match resumed with
            | Some state -> run mostRestarts state
            | None ->
                let zeros = systems.Targets |> Array.map (fun y -> Array.zeroCreate y.Length)
                start 0 [||] zeros systems.Targets |> run mostRestarts)
