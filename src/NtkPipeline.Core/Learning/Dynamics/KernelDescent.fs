namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling

/// The outputs at one time, and what they are worth.
type DescentPoint = {
    Time: float
    /// Rows × outputs.
    Outputs: Matrix<float>
    /// Its residual is ‖f₀ + Θc − f‖/‖y − f₀‖ on the training rows; its condition number, by how much errors are amplified.
    Certificate: Certificate
}

/// A kernel's training in closed form, at several times.
type DescentPath = {
    Points: DescentPoint[]
    /// 2(1 + β)·N·outputs/Λ_max: steps with a larger rate diverge.
    StabilityLimit: float
}

/// Training in closed form on a kernel matrix and targets as they come; the loss is ½·mean((f − y)²).
[<RequireQualifiedAccess>]
module KernelDescent =

    let private training plan time =
        if not plan.IsStepwise then Training.flow plan.Rate time
        elif Double.IsInfinity time then Training.Flow(infinity * 1.0<flow>)
        else Training.Descent(plan.Rate, plan.Momentum, int64 time * 1L<step>)

    let private norm (values: float[]) = sqrt (values |> Array.sumBy (fun x -> x * x))

    let private residual kernel ridge (f0: Matrix<float>) (targets: Matrix<float>) (trained: Trained) =
        let moved = ClosedForm.predict kernel f0 trained
        let start = Array.map2 (-) targets.Values f0.Values |> norm

        let off =
            Array.init moved.Values.Length (fun k ->
                moved.Values[k] + ridge * trained.Coefficients.Values[k] - trained.Fitted.Values[k])

        if start = 0.0 then 0.0 else norm off / start

    /// What a training's outcome is worth. `spectrum` is that of the kernel with the ridge added.
    let certify
        (name: string)
        (spectrum: Spectrum)
        (kernel: KernelMatrix)
        (ridge: float)
        (f0: Matrix<float>)
        (targets: Matrix<float>)
        (training: Training)
        (trained: Trained)
        : Result<Certificate, PipelineError> =
        ClosedForm.modes spectrum targets.Columns training
        |> Result.bind (fun modes ->
            let values = Spectrum.values spectrum
            let amplification = ClosedForm.amplification values[0] modes
            let residual = residual kernel ridge f0 targets trained

            if residual <= SolveTrust.mostResidual then
                Ok {
                    Residual = residual
                    ConditionNumber = amplification
                    DigitsLost = log10 amplification
                    Clipped = Spectrum.clipped spectrum
                    MostNegative = Spectrum.mostNegative spectrum
                }
            else
                Error(
                    NumbersRefused
                        $"%s{name}: its training in closed form misses its own dynamics by %.1e{residual} of what is to be learnt, since rounding made eigenvalues negative; add a ridge or stop earlier"
                ))

    /// η against the limit of stability; one past it is refused for steps. Checked even where no finite number of steps is asked for.
    let private checkRate plan spectrum size =
        let training =
            if plan.IsStepwise then
                Training.Descent(plan.Rate, plan.Momentum, 1L<step>)
            else
                Training.flow plan.Rate 1.0

        let values = Spectrum.values spectrum
        Training.check values[0] size training

    /// `name` says in refusals which matrix the training kernel is. Targets and `f0` are N × outputs. With `asked`, outputs are those of
    /// other rows: their name, Θ(other, training) and f₀; else those of the training rows.
    let run
        (name: string)
        (plan: DescentPlan)
        (kernel: KernelMatrix)
        (targets: Matrix<float>)
        (f0: Matrix<float>)
        (asked: (string * KernelMatrix * Matrix<float>) option)
        : Result<DescentPath, PipelineError> =
        result {
            let! spectrum = DescentPlan.decompose name plan kernel targets f0 asked
            let size, values = targets.Rows * targets.Columns, Spectrum.values spectrum
            do! checkRate plan spectrum size
            let trainings = plan.Times |> List.ofArray |> List.map (training plan)
            let! trained = ClosedForm.train spectrum f0 targets trainings

            let! certificates =
                List.zip trainings trained
                |> List.traverseResultM (fun (training, trained) ->
                    certify name spectrum kernel plan.Ridge f0 targets training trained)

            return {
                StabilityLimit = 2.0 * (1.0 + plan.Momentum) * float size / values[0]
                Points =
                    List.zip3 (List.ofArray plan.Times) trained certificates
                    |> List.map (fun (time, trained, certificate) -> {
                        Time = time
                        Outputs = DescentPlan.outputs asked trained
                        Certificate = certificate
                    })
                    |> Array.ofList
            }
        }
