namespace NtkPipeline.Runtime

open System
open System.Globalization
open System.IO
open System.Runtime.InteropServices
open TorchSharp

/// What ratios were measured on: the processor, and how fast it multiplies plain matrices, as LibTorch has its threads.
type BenchMachine = {
    Processor: string
    Threads: int
    /// 10⁹ operations a second of one n × n × n product, counted as 2n³.
    SingleGigaflops: float
    DoubleGigaflops: float
    /// What prices assume of float32 products: `MachineSpeed.gigaflops`, which no product is made for.
    PricedGigaflops: float
}

[<RequireQualifiedAccess>]
module BenchMachine =

    /// What `product` multiplies: large enough to be bound by arithmetic, small enough to take a fraction of a second.
    let private size = 1536

    /// The processor's name as the machine has it; where it tells none, its architecture.
    let processor () : string =
        let path = "/proc/cpuinfo"

        let named =
            if File.Exists path then
                File.ReadLines path
                |> Seq.tryFind _.StartsWith("model name")
                |> Option.map (fun line -> line.Substring(line.IndexOf ':' + 1).Trim())
            else
                Environment.GetEnvironmentVariable "PROCESSOR_IDENTIFIER" |> Option.ofObj

        named |> Option.defaultValue (string RuntimeInformation.ProcessArchitecture)

    let private product (dtype: torch.ScalarType) : unit -> unit =
        let a = (BenchInputs.normal size size).``to`` dtype
        fun () -> a.mm(a).Dispose()

    /// Multiplies for a second or two.
    let measure () : BenchMachine =
        use _ = torch.NewDisposeScope()
        let seconds = Clock.best 3 [ product torch.ScalarType.Float32; product torch.ScalarType.Float64 ]
        let gigaflops (seconds: float) = 2.0 * Math.Pow(float size, 3.0) / seconds / 1e9

        {
            Processor = processor ()
            Threads = torch.get_num_threads ()
            SingleGigaflops = gigaflops seconds[0]
            DoubleGigaflops = gigaflops seconds[1]
            PricedGigaflops = MachineSpeed.gigaflops (torch.get_num_threads ())
        }

    /// "AMD EPYC 7B13, 2 threads: a plain product of 1,536 × 1,536 matrices at 101 GFLOP/s in float32 (priced at 96), 50.2 in float64".
    let print (machine: BenchMachine) : string =
        let number (x: float) = x.ToString("G3", CultureInfo.InvariantCulture)
        let threads = if machine.Threads = 1 then "1 thread" else $"%d{machine.Threads} threads"
        let side = BenchInputs.grouped size

        $"%s{machine.Processor}, %s{threads}: a plain product of %s{side} × %s{side} matrices at %s{number machine.SingleGigaflops} GFLOP/s in float32 (priced at %s{number machine.PricedGigaflops}), %s{number machine.DoubleGigaflops} in float64"
