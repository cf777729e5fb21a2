namespace NtkPipeline.Core

open System
open TorchSharp

/// Convolutions and pooling, over one to three axes.
[<RequireQualifiedAccess>]
module internal OnnxWindows =

    /// How a window moves: its size, steps and gaps on each axis, and what is filled in before and behind.
    type private Window = { Size: int64[]; Step: int64[]; Gap: int64[]; Before: int64[]; Behind: int64[] }

    let private window (size: int64[]) (x: torch.Tensor) (call: OnnxCall) : Window =
        let axes = size.Length

        if x.shape.Length <> axes + 2 || axes < 1 || axes > 3 then
            OnnxCall.stop $"a window of %d{axes} axes does not go over a value of %d{x.shape.Length}"

        let each name =
            match OnnxCall.wholes name call with
            | None -> Array.create axes 1L
            | Some list when list.Length = axes && List.forall (fun n -> n > 0L) list -> Array.ofList list
            | Some _ -> OnnxCall.stop $"its %s{name} are not %d{axes} numbers above 0"

        let step, gap = each "strides", each "dilations"

        /// What makes ⌈in/step⌉ places of an axis.
        let filling k =
            let input = x.shape[k + 2]
            let places = (input + step[k] - 1L) / step[k]
            max 0L ((places - 1L) * step[k] + (size[k] - 1L) * gap[k] + 1L - input)

        let before, behind =
            match OnnxCall.text "auto_pad" "NOTSET" call, OnnxCall.wholes "pads" call with
            | "NOTSET", Some list when list.Length = 2 * axes && List.forall (fun n -> n >= 0L) list ->
                Array.ofList list[.. axes - 1], Array.ofList list[axes..]
            | "NOTSET", None
            | "VALID", _ -> Array.zeroCreate axes, Array.zeroCreate axes
            | ("SAME_UPPER" | "SAME_LOWER" as side), _ ->
                let less = Array.init axes (fun k -> filling k / 2L)
                let more = Array.init axes (fun k -> filling k - less[k])
                if side = "SAME_UPPER" then less, more else more, less
            | _ -> OnnxCall.stop $"its pads are not %d{2 * axes} numbers of at least 0"

        { Size = size; Step = step; Gap = gap; Before = before; Behind = behind }

    /// x with what is filled in around it; LibTorch's list begins with the last axis.
    let private padded (value: float) (window: Window) (x: torch.Tensor) =
        if Array.forall ((=) 0L) window.Before && Array.forall ((=) 0L) window.Behind then
            x
        else
            let pad = [|
                for k in window.Size.Length - 1 .. -1 .. 0 do
                    window.Before[k]
                    window.Behind[k]
            |]

            torch.nn.functional.pad (x, pad, PaddingModes.Constant, value)

    let private sizes (call: OnnxCall) =
        match OnnxCall.wholes "kernel_shape" call with
        | Some list when not list.IsEmpty && List.forall (fun n -> n > 0L) list -> Array.ofList list
        | _ -> OnnxCall.stop "it lacks its kernel_shape"

    let private convolve (call: OnnxCall) =
        let x, w = OnnxCall.input 0 call, OnnxCall.input 1 call

        if w.shape.Length < 3 then
            OnnxCall.stop "its weight is no filter"

        let window = window w.shape[2..] x call
        let bias = OnnxCall.optional 2 call |> Option.toObj
        let groups = OnnxCall.whole "group" 1L call
        let x = padded 0.0 window x

        match window.Size.Length with
        | 1 ->
            // One axis more, of one place.
            torch.nn.functional
                .conv2d(
                    x.unsqueeze 2L,
                    w.unsqueeze 2L,
                    bias,
                    strides = [| 1L; window.Step[0] |],
                    dilation = [| 1L; window.Gap[0] |],
                    groups = groups
                )
                .squeeze(2L)
        | 2 ->
            torch.nn.functional.conv2d (
                x,
                w,
                bias,
                strides = window.Step,
                dilation = window.Gap,
                groups = groups
            )
        | _ ->
            torch.nn.functional.conv3d (
                x,
                w,
                bias,
                strides = window.Step,
                dilation = window.Gap,
                groups = groups
            )

    /// Every place's window of a value that is filled in already: x's axes, and then the windows' own.
    let private windows (window: Window) (x: torch.Tensor) =
        ((x, 0), window.Size)
        ||> Array.fold (fun (x, k) size ->
            let reach = (size - 1L) * window.Gap[k] + 1L

            if x.shape[k + 2] < reach then
                OnnxCall.stop "its window is larger than what it goes over"

            let cut = x.unfold (int64 k + 2L, reach, window.Step[k])
            cut.slice (int64 cut.shape.Length - 1L, 0L, reach, window.Gap[k]), k + 1)
        |> fst

    let private lastAxes (window: Window) (x: torch.Tensor) =
        let rank = int64 x.shape.Length
        [| rank - int64 window.Size.Length .. rank - 1L |]

    let private pooled (call: OnnxCall) (value: float) =
        if OnnxCall.whole "ceil_mode" 0L call <> 0L then
            OnnxCall.stop "its ceil_mode is not among what is known here"

        let x = OnnxCall.input 0 call
        let window = window (sizes call) x call
        let all = windows window (padded value window x)
        window, all

    let private largest (call: OnnxCall) =
        let window, all = pooled call Double.NegativeInfinity
        let axes = lastAxes window all
        // The first of equal ones has the whole gradient, as in a network that is trained.
        let struct (values, _) = (all.flatten (axes[0], -1L)).max -1L
        values

    let private average (call: OnnxCall) =
        let window, all = pooled call 0.0
        let mean = all.mean (lastAxes window all)

        if OnnxCall.whole "count_include_pad" 0L call <> 0L then
            mean
        else
            let x = OnnxCall.input 0 call
            let ones = windows window (padded 0.0 window (torch.ones_like (x.detach ())))
            mean.div (ones.mean (lastAxes window ones))

    let private wholly (f: torch.Tensor -> int64[] -> torch.Tensor) (call: OnnxCall) =
        let x = OnnxCall.input 0 call
        f x [| 2L .. int64 x.shape.Length - 1L |]

    let all: (string * (OnnxCall -> torch.Tensor)) list = [
        "Conv", convolve
        "MaxPool", largest
        "AveragePool", average
        "GlobalAveragePool", wholly (fun x axes -> x.mean (axes, true))
        "GlobalMaxPool", wholly (fun x axes -> x.amax (axes, true))
    ]
