namespace NtkPipeline.Core

open TorchSharp

/// An explicit Runge–Kutta method of order 5 whose embedded method of order 4 tells each step's error (Dormand, Prince 1980), with
/// steps as long as a tolerance allows.
[<RequireQualifiedAccess>]
module DormandPrince =

    let private stages = [
        [ 1.0 / 5.0 ]
        [ 3.0 / 40.0; 9.0 / 40.0 ]
        [ 44.0 / 45.0; -56.0 / 15.0; 32.0 / 9.0 ]
        [ 19372.0 / 6561.0; -25360.0 / 2187.0; 64448.0 / 6561.0; -212.0 / 729.0 ]
        [
            9017.0 / 3168.0
            -355.0 / 33.0
            46732.0 / 5247.0
            49.0 / 176.0
            -5103.0 / 18656.0
        ]
        [
            35.0 / 384.0
            0.0
            500.0 / 1113.0
            125.0 / 192.0
            -2187.0 / 6784.0
            11.0 / 84.0
        ]
    ]

    /// Weights of order 5 less those of order 4.
    let private errors = [
        71.0 / 57600.0
        0.0
        -71.0 / 16695.0
        71.0 / 1920.0
        -17253.0 / 339200.0
        22.0 / 525.0
        -1.0 / 40.0
    ]

    let private combine (weights: float list) (slopes: torch.Tensor list) =
        List.map2 (fun weight slope -> slope * torch.tensor (weight: float)) weights slopes
        |> List.reduce (+)

    /// (the next state, how large its error is) after a step of length h. The last slope is the next step's first.
    let private step
        (slope: torch.Tensor -> torch.Tensor)
        (state: torch.Tensor)
        (first: torch.Tensor)
        (h: float)
        =
        let move weights slopes = state + combine weights slopes * torch.tensor h

        let slopes =
            stages |> List.fold (fun slopes weights -> slopes @ [ slope (move weights slopes) ]) [ first ]

        let next = move (List.last stages) (List.take 6 slopes)
        let error = (combine errors slopes * torch.tensor h).abs().max().item<float>()
        next, List.last slopes, error

    /// The state after `time`, and how many steps were taken; none where more than `mostSteps` would be. Each step's error is at most
    /// `tolerance` × (1 + the state's largest entry). `h` is the first step's length; the last good one comes back for a next call.
    let run
        (tolerance: float)
        (mostSteps: int)
        (slope: torch.Tensor -> torch.Tensor)
        (time: float)
        (h: float)
        (start: torch.Tensor)
        : (torch.Tensor * float * int) option =
        let rec go (state: torch.Tensor) (first: torch.Tensor) at h steps =
            if at >= time then
                Some(state.alias (), h, steps)
            elif steps >= mostSteps then
                None
            else
                let scope = torch.NewDisposeScope()
                let isLast = at + h >= time
                let length = if isLast then time - at else h
                let next, last, error = step slope state first length
                let allowed = tolerance * (1.0 + state.abs().max().item<float>())
                let factor = 0.9 * (allowed / max error 1e-300) ** 0.2 |> max 0.2 |> min 5.0

                if error <= allowed then
                    let next, last = next.MoveToOuterDisposeScope(), last.MoveToOuterDisposeScope()
                    scope.Dispose()
                    state.Dispose()
                    first.Dispose()
                    // A step cut short by the end says little about the next one's length.
                    let following = if isLast then max h (length * factor) else length * factor
                    go next last (if isLast then time else at + length) following (steps + 1)
                else
                    scope.Dispose()
                    // Not finite: far too long.
                    let factor = if System.Double.IsFinite error then factor else 0.1
                    go state first at (length * factor) (steps + 1)

        use _ = torch.NewDisposeScope()

        go (start.clone ()) (slope start) 0.0 h 0
        |> Option.map (fun (state, h, steps) -> state.MoveToOuterDisposeScope(), h, steps)
