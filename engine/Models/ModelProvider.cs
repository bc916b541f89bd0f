namespace Rubato;

/// <summary>What executes a model.</summary>
public enum ModelProvider
{
    /// <summary>The processor; always there.</summary>
    Cpu,
    /// <summary>An NVIDIA GPU, where the CUDA build of the native library and a GPU are present.</summary>
    Cuda,
}
