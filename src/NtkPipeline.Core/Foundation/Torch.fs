namespace NtkPipeline.Core

open System.Threading
open TorchSharp

/// Where tensors live: "cpu", "cuda" or "cuda:1".
[<RequireQualifiedAccess>]
type Device =
    | Cpu
    | Cuda of index: int

[<RequireQualifiedAccess>]
module Device =

    let print (device: Device) : string =
        match device with
        | Device.Cpu -> "cpu"
        | Device.Cuda index -> $"cuda:%d{index}"

    let parse (text: string) : Result<Device, string> =
        match text.Split ':' with
        | [| "cpu" |] -> Ok Device.Cpu
        | [| "cuda" |] -> Ok(Device.Cuda 0)
        | [| "cuda"; index |] when
            index <> "" && Seq.forall System.Char.IsAsciiDigit index && index.Length < 4
            ->
            Ok(Device.Cuda(int index))
        | _ -> Error $"'%s{PlainLine.ofWords text}' is not a device; write cpu, cuda or cuda:1"

    /// LibTorch's device, or one sentence that says why this machine cannot give it.
    let resolve (device: Device) : Result<torch.Device, PipelineError> =
        match device with
        | Device.Cpu -> Ok torch.CPU
        | Device.Cuda index when torch.cuda.is_available () && index < torch.cuda.device_count () ->
            Ok(torch.device (DeviceType.CUDA, index))
        | Device.Cuda _ when torch.cuda.is_available () ->
            Error(
                MachineLacks
                    $"device %s{print device}: there are %d{torch.cuda.device_count ()} CUDA devices here, counted from 0"
            )
        | Device.Cuda _ ->
            Error(
                MachineLacks
                    $"device %s{print device}: the LibTorch in use was built for the CPU or finds no CUDA device; set device to cpu, or NTK_LIBTORCH to the folder of one built for CUDA"
            )

/// LibTorch cuts its sums by the number of its threads, so the bits of a product depend on it.
[<RequireQualifiedAccess>]
module TorchThreads =

    let private always = 4

    /// LibTorch keeps a number for each thread of ours, and one for threads that are new to it.
    let private setForNewThreads (count: int) =
        let thread = Thread(fun () -> torch.set_num_threads count)
        thread.Start()
        thread.Join()

    /// Does work, on the thread that asks, with a number of LibTorch's threads that is the same everywhere: machines of one kind get the
    /// same bits from it, however many processors they have.
    let fixedly (work: unit -> 'a) : 'a =
        let before = torch.get_num_threads ()
        torch.set_num_threads always
        setForNewThreads before

        try
            work ()
        finally
            torch.set_num_threads before

    /// So many at most, as each needs memory of its own.
    let mostSideBySide = 8

    /// Does work on things one by one, several at a time on a CPU, each by one of LibTorch's threads, so that no result depends on how many
    /// there are. Results stand in their order. Threads have dispose scopes and grad modes of their own: work opens what it needs.
    let sideBySide (device: torch.Device) (work: 'a -> 'b) (things: 'a[]) : 'b[] =
        let before = torch.get_num_threads ()
        let found = Array.zeroCreate<'b> things.Length
        let failures = System.Collections.Concurrent.ConcurrentQueue<exn>()
        let last = ref -1
        let take () = Interlocked.Increment &last.contents

        let run () =
            // A thread that is new to LibTorch takes the number of all when it is first asked, and its own only after that.
            torch.get_num_threads () |> ignore
            torch.set_num_threads 1
            let mutable next = take ()

            while next < things.Length && failures.IsEmpty do
                try
                    found[next] <- work things[next]
                with e ->
                    failures.Enqueue e

                next <- take ()

        let count = if device.``type`` = DeviceType.CPU then min before mostSideBySide else 1
        let threads = Array.init (min count things.Length) (fun _ -> Thread run)
        threads |> Array.iter _.Start()
        threads |> Array.iter _.Join()
        setForNewThreads before

        match failures.TryDequeue() with
        | true, e -> System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e).Throw()
        | false, _ -> ()

        found

/// Between matrices and tensors on the CPU.
[<RequireQualifiedAccess>]
module Tensors =

    let private shape (m: Matrix<'t>) = [| int64 m.Rows; int64 m.Columns |]

    /// Arrays from this size on stand in regions of their own, each at the same place of its region.
    let private bytesAtAFixedPlace = 32L * 1024L * 1024L

    /// Small arrays lie now here, now there, and LibTorch sums in another order where they lie otherwise: they are copied to where LibTorch
    /// puts its own, so that the same numbers have the same products. Large ones always lie alike, and are not copied.
    let private ofArray (values: System.Array) (dtype: torch.ScalarType) (bytes: int64) (shape: int64[]) =
        let over = torch.frombuffer(values, dtype).reshape shape

        if values.LongLength * bytes < bytesAtAFixedPlace then
            let copy = over.clone ()
            over.Dispose()
            copy
        else
            over

    /// A tensor of the matrix, which may stand over its own array: it must not be written to.
    let ofMatrix32 (m: Matrix<float32>) : torch.Tensor =
        if m.Values.Length = 0 then
            torch.zeros (shape m, dtype = torch.float32)
        else
            ofArray m.Values torch.ScalarType.Float32 4L (shape m)

    /// A tensor of the matrix, which may stand over its own array: it must not be written to.
    let ofMatrix64 (m: Matrix<float>) : torch.Tensor =
        if m.Values.Length = 0 then
            torch.zeros (shape m, dtype = torch.float64)
        else
            ofArray m.Values torch.ScalarType.Float64 8L (shape m)

    /// A one-dimensional float64 tensor with its own copy of the values.
    let ofArray64 (values: float[]) : torch.Tensor =
        if values.Length = 0 then
            torch.zeros ([| 0L |], dtype = torch.float64)
        else
            let over = torch.frombuffer (values, torch.ScalarType.Float64)
            let copy = over.clone ()
            over.Dispose()
            copy

    /// By LibTorch itself: an accessor of TorchSharp's takes an enumerator's step for each entry.
    let private copyTo<'t
        when 't: unmanaged and 't: (new: unit -> 't) and 't: struct and 't :> System.ValueType>
        (dtype: torch.ScalarType)
        (t: torch.Tensor)
        : 't[] =
        use _ = torch.NewDisposeScope()
        let values = Array.zeroCreate<'t>(int (t.numel ()))

        if values.Length > 0 then
            torch.frombuffer(values, dtype).reshape(t.shape).copy_(t.detach ()) |> ignore

        values

    let toArray32 (t: torch.Tensor) : float32[] = copyTo torch.ScalarType.Float32 t

    let toArray64 (t: torch.Tensor) : float[] = copyTo torch.ScalarType.Float64 t

    /// A two-dimensional tensor's entries, copied.
    let toMatrix32 (t: torch.Tensor) : Matrix<float32> =
        Matrix.create (int t.shape[0]) (int t.shape[1]) (toArray32 t)

    /// A two-dimensional tensor's entries, copied.
    let toMatrix64 (t: torch.Tensor) : Matrix<float> =
        Matrix.create (int t.shape[0]) (int t.shape[1]) (toArray64 t)
